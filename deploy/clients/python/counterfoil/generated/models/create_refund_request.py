from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="CreateRefundRequest")


@_attrs_define
class CreateRefundRequest:
    """What is asked back, and why.

    Example:
        {'amountAtomic': '2500000', 'confirmed': True, 'reason': 'chapter three is missing'}

    Attributes:
        confirmed (bool): `true`: whoever asks has been told that the platform fee does not come back, and that the
            seller decides.
        reason (str): Why, for the seller: 10 to 1,000 characters.
        amount_atomic (None | str | Unset):
        payment_request_id (None | str | Unset): The payment request whose payment is meant; needed where several are
            verified.
    """

    confirmed: bool
    reason: str
    amount_atomic: None | str | Unset = UNSET
    payment_request_id: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        confirmed = self.confirmed

        reason = self.reason

        amount_atomic: None | str | Unset
        if isinstance(self.amount_atomic, Unset):
            amount_atomic = UNSET
        else:
            amount_atomic = self.amount_atomic

        payment_request_id: None | str | Unset
        if isinstance(self.payment_request_id, Unset):
            payment_request_id = UNSET
        else:
            payment_request_id = self.payment_request_id

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "confirmed": confirmed,
                "reason": reason,
            }
        )
        if amount_atomic is not UNSET:
            field_dict["amountAtomic"] = amount_atomic
        if payment_request_id is not UNSET:
            field_dict["paymentRequestId"] = payment_request_id

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        confirmed = d.pop("confirmed")

        reason = d.pop("reason")

        def _parse_amount_atomic(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        amount_atomic = _parse_amount_atomic(d.pop("amountAtomic", UNSET))

        def _parse_payment_request_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        payment_request_id = _parse_payment_request_id(d.pop("paymentRequestId", UNSET))

        create_refund_request = cls(
            confirmed=confirmed,
            reason=reason,
            amount_atomic=amount_atomic,
            payment_request_id=payment_request_id,
        )

        return create_refund_request
