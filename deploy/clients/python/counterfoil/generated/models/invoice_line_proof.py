from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="InvoiceLineProof")


@_attrs_define
class InvoiceLineProof:
    """Where the payment of a line stands on the chain.

    Attributes:
        block_hash (str): Block hash.
        block_number (int): Block number.
        chain_id (int): EIP-155 chain id.
        digest (str): The EIP-712 digest that was signed.
        log_index (int): Index of the log in the block.
        request_id (str): keccak256 of the snapshot.
        transaction_hash (str): Transaction.
    """

    block_hash: str
    block_number: int
    chain_id: int
    digest: str
    log_index: int
    request_id: str
    transaction_hash: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        block_hash = self.block_hash

        block_number = self.block_number

        chain_id = self.chain_id

        digest = self.digest

        log_index = self.log_index

        request_id = self.request_id

        transaction_hash = self.transaction_hash

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "blockHash": block_hash,
                "blockNumber": block_number,
                "chainId": chain_id,
                "digest": digest,
                "logIndex": log_index,
                "requestId": request_id,
                "transactionHash": transaction_hash,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        block_hash = d.pop("blockHash")

        block_number = d.pop("blockNumber")

        chain_id = d.pop("chainId")

        digest = d.pop("digest")

        log_index = d.pop("logIndex")

        request_id = d.pop("requestId")

        transaction_hash = d.pop("transactionHash")

        invoice_line_proof = cls(
            block_hash=block_hash,
            block_number=block_number,
            chain_id=chain_id,
            digest=digest,
            log_index=log_index,
            request_id=request_id,
            transaction_hash=transaction_hash,
        )

        invoice_line_proof.additional_properties = d
        return invoice_line_proof

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
