from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.payer_payment_request import PayerPaymentRequest


T = TypeVar("T", bound="PendingPaymentRequestBody")


@_attrs_define
class PendingPaymentRequestBody:
    """`{paymentRequest, retryAfterSeconds}`: not verified yet.

    Attributes:
        payment_request (PayerPaymentRequest): A payment request as its payer sees it in detail: with what the wallet
            needs to pay it, while it may be paid.
        retry_after_seconds (int): When to ask again, in seconds.
        delayed_by (None | str | Unset): Why it may take long, where it does: `indexer_not_started`, `indexer_lagging`
            or `indexer_halted`.
    """

    payment_request: PayerPaymentRequest
    retry_after_seconds: int
    delayed_by: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        payment_request = self.payment_request.to_dict()

        retry_after_seconds = self.retry_after_seconds

        delayed_by: None | str | Unset
        if isinstance(self.delayed_by, Unset):
            delayed_by = UNSET
        else:
            delayed_by = self.delayed_by

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "paymentRequest": payment_request,
                "retryAfterSeconds": retry_after_seconds,
            }
        )
        if delayed_by is not UNSET:
            field_dict["delayedBy"] = delayed_by

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.payer_payment_request import PayerPaymentRequest  # noqa: PLC0415

        d = dict(src_dict)
        payment_request = PayerPaymentRequest.from_dict(d.pop("paymentRequest"))

        retry_after_seconds = d.pop("retryAfterSeconds")

        def _parse_delayed_by(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        delayed_by = _parse_delayed_by(d.pop("delayedBy", UNSET))

        pending_payment_request_body = cls(
            payment_request=payment_request,
            retry_after_seconds=retry_after_seconds,
            delayed_by=delayed_by,
        )

        pending_payment_request_body.additional_properties = d
        return pending_payment_request_body

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
