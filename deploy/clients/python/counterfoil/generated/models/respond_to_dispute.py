from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="RespondToDispute")


@_attrs_define
class RespondToDispute:
    """How the other side sees it.

    Example:
        {'expectedVersion': 1, 'statement': 'It is in the second file.'}

    Attributes:
        expected_version (int): `version` of the dispute as the caller saw it.
        statement (str): How you see it: 10 to 5,000 characters.
        evidence_url (None | str | Unset): What shows it: an http or https URL.
    """

    expected_version: int
    statement: str
    evidence_url: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        expected_version = self.expected_version

        statement = self.statement

        evidence_url: None | str | Unset
        if isinstance(self.evidence_url, Unset):
            evidence_url = UNSET
        else:
            evidence_url = self.evidence_url

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "expectedVersion": expected_version,
                "statement": statement,
            }
        )
        if evidence_url is not UNSET:
            field_dict["evidenceUrl"] = evidence_url

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        expected_version = d.pop("expectedVersion")

        statement = d.pop("statement")

        def _parse_evidence_url(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        evidence_url = _parse_evidence_url(d.pop("evidenceUrl", UNSET))

        respond_to_dispute = cls(
            expected_version=expected_version,
            statement=statement,
            evidence_url=evidence_url,
        )

        return respond_to_dispute
