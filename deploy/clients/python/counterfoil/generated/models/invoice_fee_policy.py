from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="InvoiceFeePolicy")


@_attrs_define
class InvoiceFeePolicy:
    """`fee = floor(seller amount × bps / 10000) + fixed`, on top.

    Attributes:
        bps (int): Hundredths of a per cent.
        fixed_atomic (str): Added to every payment, atomic units.
        recipient_address (str): Who receives it, EIP-55.
    """

    bps: int
    fixed_atomic: str
    recipient_address: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        bps = self.bps

        fixed_atomic = self.fixed_atomic

        recipient_address = self.recipient_address

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "bps": bps,
                "fixedAtomic": fixed_atomic,
                "recipientAddress": recipient_address,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        bps = d.pop("bps")

        fixed_atomic = d.pop("fixedAtomic")

        recipient_address = d.pop("recipientAddress")

        invoice_fee_policy = cls(
            bps=bps,
            fixed_atomic=fixed_atomic,
            recipient_address=recipient_address,
        )

        invoice_fee_policy.additional_properties = d
        return invoice_fee_policy

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
