from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.asset_balance import AssetBalance


T = TypeVar("T", bound="BalancesBody")


@_attrs_define
class BalancesBody:
    """`{balances, asOf}`

    Attributes:
        as_of (str): When this was.
        balances (list[AssetBalance]): By asset.
    """

    as_of: str
    balances: list[AssetBalance]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        as_of = self.as_of

        balances = []
        for balances_item_data in self.balances:
            balances_item = balances_item_data.to_dict()
            balances.append(balances_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "asOf": as_of,
                "balances": balances,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.asset_balance import AssetBalance  # noqa: PLC0415

        d = dict(src_dict)
        as_of = d.pop("asOf")

        balances = []
        _balances = d.pop("balances")
        for balances_item_data in _balances:
            balances_item = AssetBalance.from_dict(balances_item_data)

            balances.append(balances_item)

        balances_body = cls(
            as_of=as_of,
            balances=balances,
        )

        balances_body.additional_properties = d
        return balances_body

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
