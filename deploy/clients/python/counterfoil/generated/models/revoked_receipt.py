from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="RevokedReceipt")


@_attrs_define
class RevokedReceipt:
    """A receipt that no longer counts.

    Attributes:
        block_hash (str): The block that is no longer on the chain.
        log_index (int): The event in that block.
        payment_request_id (str): The payment request, which is no longer verified.
        receipt_id (str): `rcpt_{paymentRequestId}`
        revoked_at (str): When the chain took the payment back.
    """

    block_hash: str
    log_index: int
    payment_request_id: str
    receipt_id: str
    revoked_at: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        block_hash = self.block_hash

        log_index = self.log_index

        payment_request_id = self.payment_request_id

        receipt_id = self.receipt_id

        revoked_at = self.revoked_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "blockHash": block_hash,
                "logIndex": log_index,
                "paymentRequestId": payment_request_id,
                "receiptId": receipt_id,
                "revokedAt": revoked_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        block_hash = d.pop("blockHash")

        log_index = d.pop("logIndex")

        payment_request_id = d.pop("paymentRequestId")

        receipt_id = d.pop("receiptId")

        revoked_at = d.pop("revokedAt")

        revoked_receipt = cls(
            block_hash=block_hash,
            log_index=log_index,
            payment_request_id=payment_request_id,
            receipt_id=receipt_id,
            revoked_at=revoked_at,
        )

        revoked_receipt.additional_properties = d
        return revoked_receipt

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
