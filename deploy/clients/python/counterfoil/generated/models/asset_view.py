from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="AssetView")


@_attrs_define
class AssetView:
    """An asset from the token registry.

    Attributes:
        asset_id (str): CAIP-19 id. Example: eip155:8453/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913.
        supports_permit (bool): Whether it takes EIP-2612 permits.
        supports_permit_2 (bool): Whether it can be paid through Permit2: the chain has it at its canonical address.
        supports_transfer_authorization (bool): Whether it takes EIP-3009 authorisations.
        token_address (None | str): The contract, EIP-55; null for the native coin.
        token_decimals (int): Decimal places, read from the chain.
        token_symbol (str): Ticker, for people.
    """

    asset_id: str
    supports_permit: bool
    supports_permit_2: bool
    supports_transfer_authorization: bool
    token_address: None | str
    token_decimals: int
    token_symbol: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        asset_id = self.asset_id

        supports_permit = self.supports_permit

        supports_permit_2 = self.supports_permit_2

        supports_transfer_authorization = self.supports_transfer_authorization

        token_address: None | str
        token_address = self.token_address

        token_decimals = self.token_decimals

        token_symbol = self.token_symbol

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "assetId": asset_id,
                "supportsPermit": supports_permit,
                "supportsPermit2": supports_permit_2,
                "supportsTransferAuthorization": supports_transfer_authorization,
                "tokenAddress": token_address,
                "tokenDecimals": token_decimals,
                "tokenSymbol": token_symbol,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        asset_id = d.pop("assetId")

        supports_permit = d.pop("supportsPermit")

        supports_permit_2 = d.pop("supportsPermit2")

        supports_transfer_authorization = d.pop("supportsTransferAuthorization")

        def _parse_token_address(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        token_address = _parse_token_address(d.pop("tokenAddress"))

        token_decimals = d.pop("tokenDecimals")

        token_symbol = d.pop("tokenSymbol")

        asset_view = cls(
            asset_id=asset_id,
            supports_permit=supports_permit,
            supports_permit_2=supports_permit_2,
            supports_transfer_authorization=supports_transfer_authorization,
            token_address=token_address,
            token_decimals=token_decimals,
            token_symbol=token_symbol,
        )

        asset_view.additional_properties = d
        return asset_view

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
