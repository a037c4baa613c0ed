from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.receipt import Receipt
    from ..models.settled_refund import SettledRefund


T = TypeVar("T", bound="ReceiptBody")


@_attrs_define
class ReceiptBody:
    """`{receipt, refunds}`

    Attributes:
        receipt (Receipt): Proof of a payment that can be checked against the chain alone.
        refunds (list[SettledRefund]): What of the payment has been paid back so far: beside the receipt, because it is
            no part of what was signed.
    """

    receipt: Receipt
    refunds: list[SettledRefund]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        receipt = self.receipt.to_dict()

        refunds = []
        for refunds_item_data in self.refunds:
            refunds_item = refunds_item_data.to_dict()
            refunds.append(refunds_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "receipt": receipt,
                "refunds": refunds,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.receipt import Receipt  # noqa: PLC0415
        from ..models.settled_refund import SettledRefund  # noqa: PLC0415

        d = dict(src_dict)
        receipt = Receipt.from_dict(d.pop("receipt"))

        refunds = []
        _refunds = d.pop("refunds")
        for refunds_item_data in _refunds:
            refunds_item = SettledRefund.from_dict(refunds_item_data)

            refunds.append(refunds_item)

        receipt_body = cls(
            receipt=receipt,
            refunds=refunds,
        )

        receipt_body.additional_properties = d
        return receipt_body

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
