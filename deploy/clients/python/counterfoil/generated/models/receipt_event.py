from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="ReceiptEvent")


@_attrs_define
class ReceiptEvent:
    """Where the event stands and what it says.

    Attributes:
        amount (str): Atomic units.
        block_hash (str): Block hash.
        block_number (int): Block number.
        block_time (int): Block time, unix seconds.
        chain_id (int): EIP-155 chain id.
        deadline (int): Unix seconds.
        digest (str): The EIP-712 digest.
        fee_amount (str): Atomic units.
        fee_recipient (str): Zero when there is no fee.
        log_index (int): Index of the log in the block.
        nonce (str): The unit's nonce.
        operator (str): Whose signature authorised it.
        payee (str): Who received.
        payer (str): Who paid.
        request_id (str): keccak256 of the snapshot.
        router (str): The contract that emitted it.
        token_address (str): Zero for the native coin.
        transaction_hash (str): Transaction.
    """

    amount: str
    block_hash: str
    block_number: int
    block_time: int
    chain_id: int
    deadline: int
    digest: str
    fee_amount: str
    fee_recipient: str
    log_index: int
    nonce: str
    operator: str
    payee: str
    payer: str
    request_id: str
    router: str
    token_address: str
    transaction_hash: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        amount = self.amount

        block_hash = self.block_hash

        block_number = self.block_number

        block_time = self.block_time

        chain_id = self.chain_id

        deadline = self.deadline

        digest = self.digest

        fee_amount = self.fee_amount

        fee_recipient = self.fee_recipient

        log_index = self.log_index

        nonce = self.nonce

        operator = self.operator

        payee = self.payee

        payer = self.payer

        request_id = self.request_id

        router = self.router

        token_address = self.token_address

        transaction_hash = self.transaction_hash

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "amount": amount,
                "blockHash": block_hash,
                "blockNumber": block_number,
                "blockTime": block_time,
                "chainId": chain_id,
                "deadline": deadline,
                "digest": digest,
                "feeAmount": fee_amount,
                "feeRecipient": fee_recipient,
                "logIndex": log_index,
                "nonce": nonce,
                "operator": operator,
                "payee": payee,
                "payer": payer,
                "requestId": request_id,
                "router": router,
                "tokenAddress": token_address,
                "transactionHash": transaction_hash,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        amount = d.pop("amount")

        block_hash = d.pop("blockHash")

        block_number = d.pop("blockNumber")

        block_time = d.pop("blockTime")

        chain_id = d.pop("chainId")

        deadline = d.pop("deadline")

        digest = d.pop("digest")

        fee_amount = d.pop("feeAmount")

        fee_recipient = d.pop("feeRecipient")

        log_index = d.pop("logIndex")

        nonce = d.pop("nonce")

        operator = d.pop("operator")

        payee = d.pop("payee")

        payer = d.pop("payer")

        request_id = d.pop("requestId")

        router = d.pop("router")

        token_address = d.pop("tokenAddress")

        transaction_hash = d.pop("transactionHash")

        receipt_event = cls(
            amount=amount,
            block_hash=block_hash,
            block_number=block_number,
            block_time=block_time,
            chain_id=chain_id,
            deadline=deadline,
            digest=digest,
            fee_amount=fee_amount,
            fee_recipient=fee_recipient,
            log_index=log_index,
            nonce=nonce,
            operator=operator,
            payee=payee,
            payer=payer,
            request_id=request_id,
            router=router,
            token_address=token_address,
            transaction_hash=transaction_hash,
        )

        receipt_event.additional_properties = d
        return receipt_event

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
