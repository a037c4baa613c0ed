from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="OpenDispute")


@_attrs_define
class OpenDispute:
    """What is wrong.

    Example:
        {'evidenceUrl': 'https://files.example/table-of-contents.pdf', 'reason': 'Chapter three is missing.'}

    Attributes:
        reason (str): What is wrong, for the other side: 10 to 5,000 characters.
        evidence_url (None | str | Unset): What shows it: an http or https URL.
        notes (None | str | Unset): What else to know.
    """

    reason: str
    evidence_url: None | str | Unset = UNSET
    notes: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        reason = self.reason

        evidence_url: None | str | Unset
        if isinstance(self.evidence_url, Unset):
            evidence_url = UNSET
        else:
            evidence_url = self.evidence_url

        notes: None | str | Unset
        if isinstance(self.notes, Unset):
            notes = UNSET
        else:
            notes = self.notes

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "reason": reason,
            }
        )
        if evidence_url is not UNSET:
            field_dict["evidenceUrl"] = evidence_url
        if notes is not UNSET:
            field_dict["notes"] = notes

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        reason = d.pop("reason")

        def _parse_evidence_url(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        evidence_url = _parse_evidence_url(d.pop("evidenceUrl", UNSET))

        def _parse_notes(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        notes = _parse_notes(d.pop("notes", UNSET))

        open_dispute = cls(
            reason=reason,
            evidence_url=evidence_url,
            notes=notes,
        )

        return open_dispute
