from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="SettlementEvent")


@_attrs_define
class SettlementEvent:
    """A `PaymentRouted` or `RefundRouted` event, as the chain shows it.

    Attributes:
        block_hash (str): Hash of that block.
        block_number (int): Its block.
        block_time (str): Time of that block.
        chain_id (int): EIP-155 chain id.
        digest (str): The EIP-712 digest.
        log_index (int): Index of the log in the block.
        parent (None | str): Of a refund, the `requestId` of the payment that it pays back.
        request_id (str): keccak256 of the snapshot.
        router (str): The contract that emitted it, EIP-55.
        tx_hash (str): The transaction.
    """

    block_hash: str
    block_number: int
    block_time: str
    chain_id: int
    digest: str
    log_index: int
    parent: None | str
    request_id: str
    router: str
    tx_hash: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        block_hash = self.block_hash

        block_number = self.block_number

        block_time = self.block_time

        chain_id = self.chain_id

        digest = self.digest

        log_index = self.log_index

        parent: None | str
        parent = self.parent

        request_id = self.request_id

        router = self.router

        tx_hash = self.tx_hash

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "blockHash": block_hash,
                "blockNumber": block_number,
                "blockTime": block_time,
                "chainId": chain_id,
                "digest": digest,
                "logIndex": log_index,
                "parent": parent,
                "requestId": request_id,
                "router": router,
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

        chain_id = d.pop("chainId")

        digest = d.pop("digest")

        log_index = d.pop("logIndex")

        def _parse_parent(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        parent = _parse_parent(d.pop("parent"))

        request_id = d.pop("requestId")

        router = d.pop("router")

        tx_hash = d.pop("txHash")

        settlement_event = cls(
            block_hash=block_hash,
            block_number=block_number,
            block_time=block_time,
            chain_id=chain_id,
            digest=digest,
            log_index=log_index,
            parent=parent,
            request_id=request_id,
            router=router,
            tx_hash=tx_hash,
        )

        settlement_event.additional_properties = d
        return settlement_event

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
