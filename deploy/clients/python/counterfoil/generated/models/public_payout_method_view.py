from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="PublicPayoutMethodView")


@_attrs_define
class PublicPayoutMethodView:
    """A payout method, as anybody sees it: what can be paid with, not where to.

    Attributes:
        asset_id (str): CAIP-19 id of the asset.
        network (str): CAIP-2 id of the chain. Example: eip155:8453.
        symbol (str): Ticker of the token.
    """

    asset_id: str
    network: str
    symbol: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        asset_id = self.asset_id

        network = self.network

        symbol = self.symbol

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "assetId": asset_id,
                "network": network,
                "symbol": symbol,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        asset_id = d.pop("assetId")

        network = d.pop("network")

        symbol = d.pop("symbol")

        public_payout_method_view = cls(
            asset_id=asset_id,
            network=network,
            symbol=symbol,
        )

        public_payout_method_view.additional_properties = d
        return public_payout_method_view

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
