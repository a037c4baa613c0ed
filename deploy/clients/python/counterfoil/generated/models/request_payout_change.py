from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="RequestPayoutChange")


@_attrs_define
class RequestPayoutChange:
    """Where the seller wants to be paid.

    Example:
        {'expectedUpdatedAt': '2023-11-14T22:13:20.000Z', 'note': 'we have a new wallet', 'payeeAddress':
            '0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65'}

    Attributes:
        expected_updated_at (str): An instant: ISO-8601 with an offset. Example: 2026-01-31T12:00:00.000Z.
        payee_address (str): An account address: `0x` and 40 hex digits, of one case or with the EIP-55 checksum.
            Example: 0x70997970C51812dc3A010C7d01b50e0d17dc79C8.
        note (None | str | Unset): Why, for the buyer: up to 1,000 characters.
        signature (None | str | Unset):
    """

    expected_updated_at: str
    payee_address: str
    note: None | str | Unset = UNSET
    signature: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        expected_updated_at = self.expected_updated_at

        payee_address = self.payee_address

        note: None | str | Unset
        if isinstance(self.note, Unset):
            note = UNSET
        else:
            note = self.note

        signature: None | str | Unset
        if isinstance(self.signature, Unset):
            signature = UNSET
        else:
            signature = self.signature

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "expectedUpdatedAt": expected_updated_at,
                "payeeAddress": payee_address,
            }
        )
        if note is not UNSET:
            field_dict["note"] = note
        if signature is not UNSET:
            field_dict["signature"] = signature

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        expected_updated_at = d.pop("expectedUpdatedAt")

        payee_address = d.pop("payeeAddress")

        def _parse_note(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        note = _parse_note(d.pop("note", UNSET))

        def _parse_signature(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        signature = _parse_signature(d.pop("signature", UNSET))

        request_payout_change = cls(
            expected_updated_at=expected_updated_at,
            payee_address=payee_address,
            note=note,
            signature=signature,
        )

        return request_payout_change
