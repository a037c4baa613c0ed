from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="ActionIdempotency")


@_attrs_define
class ActionIdempotency:
    """How to make it safe to repeat.

    Attributes:
        applies_to (str): `rest` or `none`.
        header (None | str): The header.
        required (bool): Whether to send a key.
        value_hint (None | str): A value that is the same for the same intent; null where every call needs a key of its
            own.
    """

    applies_to: str
    header: None | str
    required: bool
    value_hint: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        applies_to = self.applies_to

        header: None | str
        header = self.header

        required = self.required

        value_hint: None | str
        value_hint = self.value_hint

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "appliesTo": applies_to,
                "header": header,
                "required": required,
                "valueHint": value_hint,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        applies_to = d.pop("appliesTo")

        def _parse_header(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        header = _parse_header(d.pop("header"))

        required = d.pop("required")

        def _parse_value_hint(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        value_hint = _parse_value_hint(d.pop("valueHint"))

        action_idempotency = cls(
            applies_to=applies_to,
            header=header,
            required=required,
            value_hint=value_hint,
        )

        action_idempotency.additional_properties = d
        return action_idempotency

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
