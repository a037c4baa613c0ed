from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="Confirmations")


@_attrs_define
class Confirmations:
    """Progress to finality.

    Attributes:
        required (int | None): How many it takes; null where the policy is the node's `safe` or `finalized` block.
        seen (int): The block of the payment and those on top of it.
    """

    required: int | None
    seen: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        required: int | None
        required = self.required

        seen = self.seen

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "required": required,
                "seen": seen,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_required(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        required = _parse_required(d.pop("required"))

        seen = d.pop("seen")

        confirmations = cls(
            required=required,
            seen=seen,
        )

        confirmations.additional_properties = d
        return confirmations

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
