from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="CreatePaymentRequest")


@_attrs_define
class CreatePaymentRequest:
    """What is to be paid, and by which wallet.

    Example:
        {'expiresInMinutes': 60, 'payerAddress': '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'}

    Attributes:
        payer_address (str): An account address: `0x` and 40 hex digits, of one case or with the EIP-55 checksum.
            Example: 0x70997970C51812dc3A010C7d01b50e0d17dc79C8.
        expires_in_minutes (int | None | Unset): How long it can be paid. Default: 60.
        milestone_id (None | str | Unset): `ms_…`: the milestone to pay, where the agreement has milestones. It is
            accepted, and what was agreed for it is signed.
        reuse_active (bool | None | Unset): Whether a live request for the same payer and amount is the answer; true
            when absent.
        seller_amount (None | str | Unset):
    """

    payer_address: str
    expires_in_minutes: int | None | Unset = 60
    milestone_id: None | str | Unset = UNSET
    reuse_active: bool | None | Unset = UNSET
    seller_amount: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        payer_address = self.payer_address

        expires_in_minutes: int | None | Unset
        if isinstance(self.expires_in_minutes, Unset):
            expires_in_minutes = UNSET
        else:
            expires_in_minutes = self.expires_in_minutes

        milestone_id: None | str | Unset
        if isinstance(self.milestone_id, Unset):
            milestone_id = UNSET
        else:
            milestone_id = self.milestone_id

        reuse_active: bool | None | Unset
        if isinstance(self.reuse_active, Unset):
            reuse_active = UNSET
        else:
            reuse_active = self.reuse_active

        seller_amount: None | str | Unset
        if isinstance(self.seller_amount, Unset):
            seller_amount = UNSET
        else:
            seller_amount = self.seller_amount

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "payerAddress": payer_address,
            }
        )
        if expires_in_minutes is not UNSET:
            field_dict["expiresInMinutes"] = expires_in_minutes
        if milestone_id is not UNSET:
            field_dict["milestoneId"] = milestone_id
        if reuse_active is not UNSET:
            field_dict["reuseActive"] = reuse_active
        if seller_amount is not UNSET:
            field_dict["sellerAmount"] = seller_amount

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        payer_address = d.pop("payerAddress")

        def _parse_expires_in_minutes(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        expires_in_minutes = _parse_expires_in_minutes(d.pop("expiresInMinutes", UNSET))

        def _parse_milestone_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        milestone_id = _parse_milestone_id(d.pop("milestoneId", UNSET))

        def _parse_reuse_active(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        reuse_active = _parse_reuse_active(d.pop("reuseActive", UNSET))

        def _parse_seller_amount(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        seller_amount = _parse_seller_amount(d.pop("sellerAmount", UNSET))

        create_payment_request = cls(
            payer_address=payer_address,
            expires_in_minutes=expires_in_minutes,
            milestone_id=milestone_id,
            reuse_active=reuse_active,
            seller_amount=seller_amount,
        )

        return create_payment_request
