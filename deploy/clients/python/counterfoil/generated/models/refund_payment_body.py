from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.payer_refund_request import PayerRefundRequest


T = TypeVar("T", bound="RefundPaymentBody")


@_attrs_define
class RefundPaymentBody:
    """`{refundRequest}`, with what its seller executes.

    Attributes:
        refund_request (PayerRefundRequest): A refund request as the seller that pays it back sees it: with what the
            wallet needs.
    """

    refund_request: PayerRefundRequest
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        refund_request = self.refund_request.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "refundRequest": refund_request,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.payer_refund_request import PayerRefundRequest  # noqa: PLC0415

        d = dict(src_dict)
        refund_request = PayerRefundRequest.from_dict(d.pop("refundRequest"))

        refund_payment_body = cls(
            refund_request=refund_request,
        )

        refund_payment_body.additional_properties = d
        return refund_payment_body

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
