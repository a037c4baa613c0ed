from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="RefundSettlement")


@_attrs_define
class RefundSettlement:
    """A refund on the chain.

    Attributes:
        block_hash (str): Hash of that block.
        block_number (int): Its block.
        block_time (str): Time of that block.
        payee_address (str): Who got it: the wallet that had paid, EIP-55.
        payer_address (str): Which of the seller's wallets paid back, EIP-55.
        tx_hash (str): The transaction.
    """

    block_hash: str
    block_number: int
    block_time: str
    payee_address: str
    payer_address: str
    tx_hash: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        block_hash = self.block_hash

        block_number = self.block_number

        block_time = self.block_time

        payee_address = self.payee_address

        payer_address = self.payer_address

        tx_hash = self.tx_hash

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "blockHash": block_hash,
                "blockNumber": block_number,
                "blockTime": block_time,
                "payeeAddress": payee_address,
                "payerAddress": payer_address,
                "txHash": tx_hash,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        block_hash = d.pop("blockHash")

        block_number = d.pop("blockNumber")

        block_time = d.pop("blockTime")

        payee_address = d.pop("payeeAddress")

        payer_address = d.pop("payerAddress")

        tx_hash = d.pop("txHash")

        refund_settlement = cls(
            block_hash=block_hash,
            block_number=block_number,
            block_time=block_time,
            payee_address=payee_address,
            payer_address=payer_address,
            tx_hash=tx_hash,
        )

        refund_settlement.additional_properties = d
        return refund_settlement

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
