from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="UpdateProfile")


@_attrs_define
class UpdateProfile:
    """What to change.

    Example:
        {'isActive': False}

    Attributes:
        is_active (bool): Whether anybody may act as it.
    """

    is_active: bool

    def to_dict(self) -> dict[str, Any]:
        is_active = self.is_active

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "isActive": is_active,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        is_active = d.pop("isActive")

        update_profile = cls(
            is_active=is_active,
        )

        return update_profile
