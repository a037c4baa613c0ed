from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="PayoutMethodView")


@_attrs_define
class PayoutMethodView:
    """A payout method, as its owner sees it.

    Attributes:
        address (str): Where the money goes, EIP-55.
        asset_id (str): CAIP-19 id of the asset.
        created_at (str): When it was made.
        id (str): `pm_…`
        is_active (bool): Whether new agreements may use it.
        label (None | str): What its owner calls it.
        memo (None | str): Whatever the receiving side needs to tell payments apart.
        network (str): CAIP-2 id of the chain. Example: eip155:8453.
        symbol (str): Ticker of the token; the asset is what `assetId` says.
        updated_at (str): When it last changed.
    """

    address: str
    asset_id: str
    created_at: str
    id: str
    is_active: bool
    label: None | str
    memo: None | str
    network: str
    symbol: str
    updated_at: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        address = self.address

        asset_id = self.asset_id

        created_at = self.created_at

        id = self.id

        is_active = self.is_active

        label: None | str
        label = self.label

        memo: None | str
        memo = self.memo

        network = self.network

        symbol = self.symbol

        updated_at = self.updated_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "address": address,
                "assetId": asset_id,
                "createdAt": created_at,
                "id": id,
                "isActive": is_active,
                "label": label,
                "memo": memo,
                "network": network,
                "symbol": symbol,
                "updatedAt": updated_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        address = d.pop("address")

        asset_id = d.pop("assetId")

        created_at = d.pop("createdAt")

        id = d.pop("id")

        is_active = d.pop("isActive")

        def _parse_label(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        label = _parse_label(d.pop("label"))

        def _parse_memo(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        memo = _parse_memo(d.pop("memo"))

        network = d.pop("network")

        symbol = d.pop("symbol")

        updated_at = d.pop("updatedAt")

        payout_method_view = cls(
            address=address,
            asset_id=asset_id,
            created_at=created_at,
            id=id,
            is_active=is_active,
            label=label,
            memo=memo,
            network=network,
            symbol=symbol,
            updated_at=updated_at,
        )

        payout_method_view.additional_properties = d
        return payout_method_view

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
