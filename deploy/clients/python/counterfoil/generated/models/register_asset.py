from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="RegisterAsset")


@_attrs_define
class RegisterAsset:
    """Which asset. Everything else is read from its chain.

    Example:
        {'assetId': 'eip155:31337/erc20:0x5FbDB2315678afecb367f032d93F642f64180aa3'}

    Attributes:
        asset_id (str): An asset by its CAIP-19 id. Example:
            eip155:8453/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913.
    """

    asset_id: str

    def to_dict(self) -> dict[str, Any]:
        asset_id = self.asset_id

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "assetId": asset_id,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        asset_id = d.pop("assetId")

        register_asset = cls(
            asset_id=asset_id,
        )

        return register_asset
