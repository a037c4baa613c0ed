from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="SettledRefund")


@_attrs_define
class SettledRefund:
    """A refund that was paid back, proven like a payment.

    Attributes:
        amount_atomic (str): What the buyer got back, atomic units.
        block_hash (str): Hash of that block.
        block_number (int): Its block.
        chain_id (int): EIP-155 chain id.
        digest (str): The EIP-712 digest that was signed, as in the event.
        fee (str): `platform_fee_not_refundable`
        log_index (int): Index of the log in the block.
        payee (str): Who got it, EIP-55.
        payer (str): Who paid back, EIP-55.
        payment_request_id (str): The payment request whose payment was paid back.
        refund_request_id (str): `rf_…`
        request_id (str): Hash of the refund's snapshot, as in the event.
        settled_at (str): Time of the block.
        transaction_hash (str): The transaction.
    """

    amount_atomic: str
    block_hash: str
    block_number: int
    chain_id: int
    digest: str
    fee: str
    log_index: int
    payee: str
    payer: str
    payment_request_id: str
    refund_request_id: str
    request_id: str
    settled_at: str
    transaction_hash: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        amount_atomic = self.amount_atomic

        block_hash = self.block_hash

        block_number = self.block_number

        chain_id = self.chain_id

        digest = self.digest

        fee = self.fee

        log_index = self.log_index

        payee = self.payee

        payer = self.payer

        payment_request_id = self.payment_request_id

        refund_request_id = self.refund_request_id

        request_id = self.request_id

        settled_at = self.settled_at

        transaction_hash = self.transaction_hash

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "amountAtomic": amount_atomic,
                "blockHash": block_hash,
                "blockNumber": block_number,
                "chainId": chain_id,
                "digest": digest,
                "fee": fee,
                "logIndex": log_index,
                "payee": payee,
                "payer": payer,
                "paymentRequestId": payment_request_id,
                "refundRequestId": refund_request_id,
                "requestId": request_id,
                "settledAt": settled_at,
                "transactionHash": transaction_hash,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        amount_atomic = d.pop("amountAtomic")

        block_hash = d.pop("blockHash")

        block_number = d.pop("blockNumber")

        chain_id = d.pop("chainId")

        digest = d.pop("digest")

        fee = d.pop("fee")

        log_index = d.pop("logIndex")

        payee = d.pop("payee")

        payer = d.pop("payer")

        payment_request_id = d.pop("paymentRequestId")

        refund_request_id = d.pop("refundRequestId")

        request_id = d.pop("requestId")

        settled_at = d.pop("settledAt")

        transaction_hash = d.pop("transactionHash")

        settled_refund = cls(
            amount_atomic=amount_atomic,
            block_hash=block_hash,
            block_number=block_number,
            chain_id=chain_id,
            digest=digest,
            fee=fee,
            log_index=log_index,
            payee=payee,
            payer=payer,
            payment_request_id=payment_request_id,
            refund_request_id=refund_request_id,
            request_id=request_id,
            settled_at=settled_at,
            transaction_hash=transaction_hash,
        )

        settled_refund.additional_properties = d
        return settled_refund

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
