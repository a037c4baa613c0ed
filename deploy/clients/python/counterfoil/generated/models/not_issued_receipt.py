from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="NotIssuedReceipt")


@_attrs_define
class NotIssuedReceipt:
    """A receipt that there is not yet.

    Attributes:
        code (str): The problem that reading it alone would have: `signer_unavailable`
        payment_request_id (str): The payment request, which is verified.
        reason (str): The same in words.
        receipt_id (str): `rcpt_{paymentRequestId}`
    """

    code: str
    payment_request_id: str
    reason: str
    receipt_id: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        code = self.code

        payment_request_id = self.payment_request_id

        reason = self.reason

        receipt_id = self.receipt_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "code": code,
                "paymentRequestId": payment_request_id,
                "reason": reason,
                "receiptId": receipt_id,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        code = d.pop("code")

        payment_request_id = d.pop("paymentRequestId")

        reason = d.pop("reason")

        receipt_id = d.pop("receiptId")

        not_issued_receipt = cls(
            code=code,
            payment_request_id=payment_request_id,
            reason=reason,
            receipt_id=receipt_id,
        )

        not_issued_receipt.additional_properties = d
        return not_issued_receipt

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
