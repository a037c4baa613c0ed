from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.registered_asset import RegisteredAsset


T = TypeVar("T", bound="RegisteredAssetBody")


@_attrs_define
class RegisteredAssetBody:
    """`{asset}`

    Attributes:
        asset (RegisteredAsset): An entry of the registry.
    """

    asset: RegisteredAsset
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        asset = self.asset.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "asset": asset,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.registered_asset import RegisteredAsset  # noqa: PLC0415

        d = dict(src_dict)
        asset = RegisteredAsset.from_dict(d.pop("asset"))

        registered_asset_body = cls(
            asset=asset,
        )

        registered_asset_body.additional_properties = d
        return registered_asset_body

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
