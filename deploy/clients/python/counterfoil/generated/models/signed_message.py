from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="SignedMessage")


@_attrs_define
class SignedMessage:
    """A message as the wallet signed it, and the signature.

    Example:
        {'message': 'pay.example wants you to sign in with your Ethereum
            account:\\n0x70997970C51812dc3A010C7d01b50e0d17dc79C8\\n\\n\\nURI: https://pay.example\\nVersion: 1\\nChain ID:
            8453\\nNonce: 3f6c1b0a9e\\nIssued At: 2026-01-31T12:00:00.000Z', 'signature': '0x1b'}

    Attributes:
        message (str): EIP-4361 text, to the byte.
        signature (str): Bytes: `0x` and an even number of hex digits, at most 8 KiB (signatures of contract wallets are
            the longest). Example: 0x1b.
    """

    message: str
    signature: str

    def to_dict(self) -> dict[str, Any]:
        message = self.message

        signature = self.signature

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "message": message,
                "signature": signature,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        message = d.pop("message")

        signature = d.pop("signature")

        signed_message = cls(
            message=message,
            signature=signature,
        )

        return signed_message
