from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="SubmitTransaction")


@_attrs_define
class SubmitTransaction:
    """The transaction that pays.

    Example:
        {'txHash': '0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060'}

    Attributes:
        tx_hash (str): 32 bytes: `0x` and 64 hex digits (a transaction hash, a salt, a digest). Example:
            0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060.
    """

    tx_hash: str

    def to_dict(self) -> dict[str, Any]:
        tx_hash = self.tx_hash

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "txHash": tx_hash,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        tx_hash = d.pop("txHash")

        submit_transaction = cls(
            tx_hash=tx_hash,
        )

        return submit_transaction
