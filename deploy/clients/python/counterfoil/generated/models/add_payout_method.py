from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="AddPayoutMethod")


@_attrs_define
class AddPayoutMethod:
    """Where money can be sent. The asset is named by `assetId`, or by `symbol` and `network`.

    Example:
        {'address': '0x70997970C51812dc3A010C7d01b50e0d17dc79C8', 'label': 'main', 'network': 'eip155:31337', 'symbol':
            'USDC'}

    Attributes:
        address (str): An account address: `0x` and 40 hex digits, of one case or with the EIP-55 checksum. Example:
            0x70997970C51812dc3A010C7d01b50e0d17dc79C8.
        asset_id (None | str | Unset):
        is_active (bool | None | Unset): Whether new agreements may use it; true when absent.
        label (None | str | Unset): What its owner calls it, up to 120 characters.
        memo (None | str | Unset): Whatever the receiving side needs to tell payments apart, up to 120 characters.
        network (None | str | Unset): CAIP-2 id or name of a chain in `/api/chains`.
        symbol (None | str | Unset): Ticker of a token in `/api/chains`.
    """

    address: str
    asset_id: None | str | Unset = UNSET
    is_active: bool | None | Unset = UNSET
    label: None | str | Unset = UNSET
    memo: None | str | Unset = UNSET
    network: None | str | Unset = UNSET
    symbol: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        address = self.address

        asset_id: None | str | Unset
        if isinstance(self.asset_id, Unset):
            asset_id = UNSET
        else:
            asset_id = self.asset_id

        is_active: bool | None | Unset
        if isinstance(self.is_active, Unset):
            is_active = UNSET
        else:
            is_active = self.is_active

        label: None | str | Unset
        if isinstance(self.label, Unset):
            label = UNSET
        else:
            label = self.label

        memo: None | str | Unset
        if isinstance(self.memo, Unset):
            memo = UNSET
        else:
            memo = self.memo

        network: None | str | Unset
        if isinstance(self.network, Unset):
            network = UNSET
        else:
            network = self.network

        symbol: None | str | Unset
        if isinstance(self.symbol, Unset):
            symbol = UNSET
        else:
            symbol = self.symbol

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "address": address,
            }
        )
        if asset_id is not UNSET:
            field_dict["assetId"] = asset_id
        if is_active is not UNSET:
            field_dict["isActive"] = is_active
        if label is not UNSET:
            field_dict["label"] = label
        if memo is not UNSET:
            field_dict["memo"] = memo
        if network is not UNSET:
            field_dict["network"] = network
        if symbol is not UNSET:
            field_dict["symbol"] = symbol

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        address = d.pop("address")

        def _parse_asset_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        asset_id = _parse_asset_id(d.pop("assetId", UNSET))

        def _parse_is_active(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        is_active = _parse_is_active(d.pop("isActive", UNSET))

        def _parse_label(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        label = _parse_label(d.pop("label", UNSET))

        def _parse_memo(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        memo = _parse_memo(d.pop("memo", UNSET))

        def _parse_network(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        network = _parse_network(d.pop("network", UNSET))

        def _parse_symbol(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        symbol = _parse_symbol(d.pop("symbol", UNSET))

        add_payout_method = cls(
            address=address,
            asset_id=asset_id,
            is_active=is_active,
            label=label,
            memo=memo,
            network=network,
            symbol=symbol,
        )

        return add_payout_method
