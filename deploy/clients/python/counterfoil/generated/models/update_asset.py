from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="UpdateAsset")


@_attrs_define
class UpdateAsset:
    """What to change.

    Example:
        {'assetId': 'eip155:31337/erc20:0x7070707070707070707070707070707070707070', 'isAllowed': False}

    Attributes:
        asset_id (str): An asset by its CAIP-19 id. Example:
            eip155:8453/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913.
        is_allowed (bool): Whether new agreements may be in it.
    """

    asset_id: str
    is_allowed: bool

    def to_dict(self) -> dict[str, Any]:
        asset_id = self.asset_id

        is_allowed = self.is_allowed

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "assetId": asset_id,
                "isAllowed": is_allowed,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        asset_id = d.pop("assetId")

        is_allowed = d.pop("isAllowed")

        update_asset = cls(
            asset_id=asset_id,
            is_allowed=is_allowed,
        )

        return update_asset
