from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="OnboardingAction")


@_attrs_define
class OnboardingAction:
    """Something to do.

    Attributes:
        code (str): `add_wallet`, `add_payout_method`, `import_contract` or `ask_operator`.
        endpoint (None | str): Path, where a call of this API does it.
        label (str): For people.
        method (None | str): HTTP method, where a call of this API does it.
    """

    code: str
    endpoint: None | str
    label: str
    method: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        code = self.code

        endpoint: None | str
        endpoint = self.endpoint

        label = self.label

        method: None | str
        method = self.method

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "code": code,
                "endpoint": endpoint,
                "label": label,
                "method": method,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        code = d.pop("code")

        def _parse_endpoint(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        endpoint = _parse_endpoint(d.pop("endpoint"))

        label = d.pop("label")

        def _parse_method(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        method = _parse_method(d.pop("method"))

        onboarding_action = cls(
            code=code,
            endpoint=endpoint,
            label=label,
            method=method,
        )

        onboarding_action.additional_properties = d
        return onboarding_action

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
