from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="ManagedProfile")


@_attrs_define
class ManagedProfile:
    """A profile, as whoever runs the instance sees it.

    Attributes:
        created_at (str): When it was made.
        disabled_at (None | str): Since when nobody may act as it.
        display_name (str): Its name for people.
        handle (None | str): Its short public name, unique on this instance.
        id (str): `prof_…`
        updated_at (str): When it last changed.
    """

    created_at: str
    disabled_at: None | str
    display_name: str
    handle: None | str
    id: str
    updated_at: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        created_at = self.created_at

        disabled_at: None | str
        disabled_at = self.disabled_at

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
                "disabledAt": disabled_at,
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

        def _parse_disabled_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        disabled_at = _parse_disabled_at(d.pop("disabledAt"))

        display_name = d.pop("displayName")

        def _parse_handle(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        handle = _parse_handle(d.pop("handle"))

        id = d.pop("id")

        updated_at = d.pop("updatedAt")

        managed_profile = cls(
            created_at=created_at,
            disabled_at=disabled_at,
            display_name=display_name,
            handle=handle,
            id=id,
            updated_at=updated_at,
        )

        managed_profile.additional_properties = d
        return managed_profile

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
