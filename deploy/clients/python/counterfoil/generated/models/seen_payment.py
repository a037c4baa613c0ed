from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="SeenPayment")


@_attrs_define
class SeenPayment:
    """An event on the chain.

    Attributes:
        block_hash (str): Hash of that block.
        block_number (int): Its block.
        block_time (str): Time of that block.
        payer_address (str): Who paid, as the router says: not always the sender of the transaction. EIP-55.
        tx_from (None | str): Who sent the transaction, where that is known. EIP-55.
        tx_hash (str): The transaction.
    """

    block_hash: str
    block_number: int
    block_time: str
    payer_address: str
    tx_from: None | str
    tx_hash: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        block_hash = self.block_hash

        block_number = self.block_number

        block_time = self.block_time

        payer_address = self.payer_address

        tx_from: None | str
        tx_from = self.tx_from

        tx_hash = self.tx_hash

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "blockHash": block_hash,
                "blockNumber": block_number,
                "blockTime": block_time,
                "payerAddress": payer_address,
                "txFrom": tx_from,
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

        payer_address = d.pop("payerAddress")

        def _parse_tx_from(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        tx_from = _parse_tx_from(d.pop("txFrom"))

        tx_hash = d.pop("txHash")

        seen_payment = cls(
            block_hash=block_hash,
            block_number=block_number,
            block_time=block_time,
            payer_address=payer_address,
            tx_from=tx_from,
            tx_hash=tx_hash,
        )

        seen_payment.additional_properties = d
        return seen_payment

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
