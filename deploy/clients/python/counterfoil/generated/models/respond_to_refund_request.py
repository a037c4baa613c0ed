from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.refund_action import RefundAction, check_refund_action
from ..types import UNSET, Unset

T = TypeVar("T", bound="RespondToRefundRequest")


@_attrs_define
class RespondToRefundRequest:
    """The answer, and what the caller saw.

    Example:
        {'action': 'deny', 'expectedUpdatedAt': '2023-11-14T22:13:20.000Z', 'response': 'chapter three was delivered on
            Monday'}

    Attributes:
        action (RefundAction): What becomes of a refund request.
        expected_updated_at (str): An instant: ISO-8601 with an offset. Example: 2026-01-31T12:00:00.000Z.
        payer_address (None | str | Unset):
        response (None | str | Unset): What to say to it: up to 1,000 characters.
    """

    action: RefundAction
    expected_updated_at: str
    payer_address: None | str | Unset = UNSET
    response: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        action: str = self.action

        expected_updated_at = self.expected_updated_at

        payer_address: None | str | Unset
        if isinstance(self.payer_address, Unset):
            payer_address = UNSET
        else:
            payer_address = self.payer_address

        response: None | str | Unset
        if isinstance(self.response, Unset):
            response = UNSET
        else:
            response = self.response

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "action": action,
                "expectedUpdatedAt": expected_updated_at,
            }
        )
        if payer_address is not UNSET:
            field_dict["payerAddress"] = payer_address
        if response is not UNSET:
            field_dict["response"] = response

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        action = check_refund_action(d.pop("action"))

        expected_updated_at = d.pop("expectedUpdatedAt")

        def _parse_payer_address(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        payer_address = _parse_payer_address(d.pop("payerAddress", UNSET))

        def _parse_response(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        response = _parse_response(d.pop("response", UNSET))

        respond_to_refund_request = cls(
            action=action,
            expected_updated_at=expected_updated_at,
            payer_address=payer_address,
            response=response,
        )

        return respond_to_refund_request
