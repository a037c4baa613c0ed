from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="FundingTarget")


@_attrs_define
class FundingTarget:
    """What a wallet needs to pay. Balances are not read: this API asks no node.

    Attributes:
        address (str): The wallet, EIP-55.
        asset_id (str): CAIP-19 id of what it needs.
        purpose (str): `gas` or `payment`.
    """

    address: str
    asset_id: str
    purpose: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        address = self.address

        asset_id = self.asset_id

        purpose = self.purpose

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "address": address,
                "assetId": asset_id,
                "purpose": purpose,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        address = d.pop("address")

        asset_id = d.pop("assetId")

        purpose = d.pop("purpose")

        funding_target = cls(
            address=address,
            asset_id=asset_id,
            purpose=purpose,
        )

        funding_target.additional_properties = d
        return funding_target

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
