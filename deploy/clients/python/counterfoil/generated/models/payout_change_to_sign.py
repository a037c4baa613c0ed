from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="PayoutChangeToSign")


@_attrs_define
class PayoutChangeToSign:
    """Where the seller wants to be paid.

    Example:
        {'payeeAddress': '0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65'}

    Attributes:
        payee_address (str): An account address: `0x` and 40 hex digits, of one case or with the EIP-55 checksum.
            Example: 0x70997970C51812dc3A010C7d01b50e0d17dc79C8.
    """

    payee_address: str

    def to_dict(self) -> dict[str, Any]:
        payee_address = self.payee_address

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "payeeAddress": payee_address,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        payee_address = d.pop("payeeAddress")

        payout_change_to_sign = cls(
            payee_address=payee_address,
        )

        return payout_change_to_sign
