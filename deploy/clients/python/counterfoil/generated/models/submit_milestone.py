from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="SubmitMilestone")


@_attrs_define
class SubmitMilestone:
    """The work, or where it is. At least one of the two.

    Example:
        {'deliverableUrl': 'https://files.example/chapters-1-3.pdf', 'expectedVersion': 1, 'notes': 'With all captions'}

    Attributes:
        expected_version (int): `version` of the milestone as the caller saw it.
        deliverable_url (None | str | Unset): Where the work is: an http or https URL.
        notes (None | str | Unset): What to know about it.
    """

    expected_version: int
    deliverable_url: None | str | Unset = UNSET
    notes: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        expected_version = self.expected_version

        deliverable_url: None | str | Unset
        if isinstance(self.deliverable_url, Unset):
            deliverable_url = UNSET
        else:
            deliverable_url = self.deliverable_url

        notes: None | str | Unset
        if isinstance(self.notes, Unset):
            notes = UNSET
        else:
            notes = self.notes

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "expectedVersion": expected_version,
            }
        )
        if deliverable_url is not UNSET:
            field_dict["deliverableUrl"] = deliverable_url
        if notes is not UNSET:
            field_dict["notes"] = notes

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        expected_version = d.pop("expectedVersion")

        def _parse_deliverable_url(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        deliverable_url = _parse_deliverable_url(d.pop("deliverableUrl", UNSET))

        def _parse_notes(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        notes = _parse_notes(d.pop("notes", UNSET))

        submit_milestone = cls(
            expected_version=expected_version,
            deliverable_url=deliverable_url,
            notes=notes,
        )

        return submit_milestone
