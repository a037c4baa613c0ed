from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="ProfileView")


@_attrs_define
class ProfileView:
    """A party: buyer, seller, evaluator or operator of a marketplace.

    Attributes:
        created_at (str): When it was made.
        display_name (str): Its name for people.
        handle (None | str): Its short public name, unique on this instance.
        id (str): `prof_…`
        updated_at (str): When it last changed.
    """

    created_at: str
    display_name: str
    handle: None | str
    id: str
    updated_at: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        created_at = self.created_at

        display_name = self.display_name

        handle: None | str
        handle = self.handle

        id = self.id

        updated_at = self.updated_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "createdAt": created_at,
                "displayName": display_name,
                "handle": handle,
                "id": id,
                "updatedAt": updated_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        created_at = d.pop("createdAt")

        display_name = d.pop("displayName")

        def _parse_handle(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        handle = _parse_handle(d.pop("handle"))

        id = d.pop("id")

        updated_at = d.pop("updatedAt")

        profile_view = cls(
            created_at=created_at,
            display_name=display_name,
            handle=handle,
            id=id,
            updated_at=updated_at,
        )

        profile_view.additional_properties = d
        return profile_view

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
