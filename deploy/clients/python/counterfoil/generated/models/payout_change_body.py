from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.payout_change import PayoutChange


T = TypeVar("T", bound="PayoutChangeBody")


@_attrs_define
class PayoutChangeBody:
    """`{payoutChange}`

    Attributes:
        payout_change (PayoutChange): A change of where the seller of an agreement is paid.
    """

    payout_change: PayoutChange
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        payout_change = self.payout_change.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "payoutChange": payout_change,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.payout_change import PayoutChange  # noqa: PLC0415

        d = dict(src_dict)
        payout_change = PayoutChange.from_dict(d.pop("payoutChange"))

        payout_change_body = cls(
            payout_change=payout_change,
        )

        payout_change_body.additional_properties = d
        return payout_change_body

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
