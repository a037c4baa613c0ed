from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="MilestoneDelivery")


@_attrs_define
class MilestoneDelivery:
    """A delivery of a milestone.

    Attributes:
        created_at (str): When it was delivered.
        deliverable_url (None | str): Where the work is.
        id (str): `sub_…`
        notes (None | str): What to know about it.
        revision (int): Which one, from 1.
    """

    created_at: str
    deliverable_url: None | str
    id: str
    notes: None | str
    revision: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        created_at = self.created_at

        deliverable_url: None | str
        deliverable_url = self.deliverable_url

        id = self.id

        notes: None | str
        notes = self.notes

        revision = self.revision

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "createdAt": created_at,
                "deliverableUrl": deliverable_url,
                "id": id,
                "notes": notes,
                "revision": revision,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        created_at = d.pop("createdAt")

        def _parse_deliverable_url(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        deliverable_url = _parse_deliverable_url(d.pop("deliverableUrl"))

        id = d.pop("id")

        def _parse_notes(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        notes = _parse_notes(d.pop("notes"))

        revision = d.pop("revision")

        milestone_delivery = cls(
            created_at=created_at,
            deliverable_url=deliverable_url,
            id=id,
            notes=notes,
            revision=revision,
        )

        milestone_delivery.additional_properties = d
        return milestone_delivery

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
