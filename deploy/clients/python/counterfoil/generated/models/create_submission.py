from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="CreateSubmission")


@_attrs_define
class CreateSubmission:
    """The work, or where it is. At least one of the three.

    Example:
        {'deliverableUrl': 'https://files.example/manual-de.pdf', 'notes': 'All chapters'}

    Attributes:
        deliverable_hash (None | str | Unset):
        deliverable_url (None | str | Unset): Where the work is: an http or https URL.
        expected_updated_at (None | str | Unset):
        notes (None | str | Unset): What to know about it.
    """

    deliverable_hash: None | str | Unset = UNSET
    deliverable_url: None | str | Unset = UNSET
    expected_updated_at: None | str | Unset = UNSET
    notes: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        deliverable_hash: None | str | Unset
        if isinstance(self.deliverable_hash, Unset):
            deliverable_hash = UNSET
        else:
            deliverable_hash = self.deliverable_hash

        deliverable_url: None | str | Unset
        if isinstance(self.deliverable_url, Unset):
            deliverable_url = UNSET
        else:
            deliverable_url = self.deliverable_url

        expected_updated_at: None | str | Unset
        if isinstance(self.expected_updated_at, Unset):
            expected_updated_at = UNSET
        else:
            expected_updated_at = self.expected_updated_at

        notes: None | str | Unset
        if isinstance(self.notes, Unset):
            notes = UNSET
        else:
            notes = self.notes

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if deliverable_hash is not UNSET:
            field_dict["deliverableHash"] = deliverable_hash
        if deliverable_url is not UNSET:
            field_dict["deliverableUrl"] = deliverable_url
        if expected_updated_at is not UNSET:
            field_dict["expectedUpdatedAt"] = expected_updated_at
        if notes is not UNSET:
            field_dict["notes"] = notes

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_deliverable_hash(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        deliverable_hash = _parse_deliverable_hash(d.pop("deliverableHash", UNSET))

        def _parse_deliverable_url(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        deliverable_url = _parse_deliverable_url(d.pop("deliverableUrl", UNSET))

        def _parse_expected_updated_at(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        expected_updated_at = _parse_expected_updated_at(d.pop("expectedUpdatedAt", UNSET))

        def _parse_notes(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        notes = _parse_notes(d.pop("notes", UNSET))

        create_submission = cls(
            deliverable_hash=deliverable_hash,
            deliverable_url=deliverable_url,
            expected_updated_at=expected_updated_at,
            notes=notes,
        )

        return create_submission
