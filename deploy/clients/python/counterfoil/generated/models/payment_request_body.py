from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.payer_payment_request import PayerPaymentRequest


T = TypeVar("T", bound="PaymentRequestBody")


@_attrs_define
class PaymentRequestBody:
    """`{paymentRequest}`, in detail.

    Attributes:
        payment_request (PayerPaymentRequest): A payment request as its payer sees it in detail: with what the wallet
            needs to pay it, while it may be paid.
    """

    payment_request: PayerPaymentRequest
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        payment_request = self.payment_request.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "paymentRequest": payment_request,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.payer_payment_request import PayerPaymentRequest  # noqa: PLC0415

        d = dict(src_dict)
        payment_request = PayerPaymentRequest.from_dict(d.pop("paymentRequest"))

        payment_request_body = cls(
            payment_request=payment_request,
        )

        payment_request_body.additional_properties = d
        return payment_request_body

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
