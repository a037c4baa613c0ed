from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="ScopeRequirement")


@_attrs_define
class ScopeRequirement:
    """One group of scopes.

    Attributes:
        required_scopes (list[str]): The scopes.
        scope_mode (str): `all` or `any` of them.
    """

    required_scopes: list[str]
    scope_mode: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        required_scopes = self.required_scopes

        scope_mode = self.scope_mode

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "requiredScopes": required_scopes,
                "scopeMode": scope_mode,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        required_scopes = cast(list[str], d.pop("requiredScopes"))

        scope_mode = d.pop("scopeMode")

        scope_requirement = cls(
            required_scopes=required_scopes,
            scope_mode=scope_mode,
        )

        scope_requirement.additional_properties = d
        return scope_requirement

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
