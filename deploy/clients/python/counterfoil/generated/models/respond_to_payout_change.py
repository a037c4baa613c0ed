from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.payout_change_action import PayoutChangeAction, check_payout_change_action
from ..types import UNSET, Unset

T = TypeVar("T", bound="RespondToPayoutChange")


@_attrs_define
class RespondToPayoutChange:
    """What becomes of a change.

    Example:
        {'action': 'decline', 'expectedUpdatedAt': '2023-11-14T22:13:20.000Z'}

    Attributes:
        action (PayoutChangeAction): What becomes of a change.
        expected_updated_at (str): An instant: ISO-8601 with an offset. Example: 2026-01-31T12:00:00.000Z.
        payee_address (None | str | Unset):
        signature (None | str | Unset):
    """

    action: PayoutChangeAction
    expected_updated_at: str
    payee_address: None | str | Unset = UNSET
    signature: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        action: str = self.action

        expected_updated_at = self.expected_updated_at

        payee_address: None | str | Unset
        if isinstance(self.payee_address, Unset):
            payee_address = UNSET
        else:
            payee_address = self.payee_address

        signature: None | str | Unset
        if isinstance(self.signature, Unset):
            signature = UNSET
        else:
            signature = self.signature

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "action": action,
                "expectedUpdatedAt": expected_updated_at,
            }
        )
        if payee_address is not UNSET:
            field_dict["payeeAddress"] = payee_address
        if signature is not UNSET:
            field_dict["signature"] = signature

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        action = check_payout_change_action(d.pop("action"))

        expected_updated_at = d.pop("expectedUpdatedAt")

        def _parse_payee_address(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        payee_address = _parse_payee_address(d.pop("payeeAddress", UNSET))

        def _parse_signature(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        signature = _parse_signature(d.pop("signature", UNSET))

        respond_to_payout_change = cls(
            action=action,
            expected_updated_at=expected_updated_at,
            payee_address=payee_address,
            signature=signature,
        )

        return respond_to_payout_change
