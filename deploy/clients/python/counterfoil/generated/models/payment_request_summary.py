from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="PaymentRequestSummary")


@_attrs_define
class PaymentRequestSummary:
    """A request in a conflict: enough to find it and to decide, nothing to execute and no addresses.

    Attributes:
        contract_id (str): The agreement.
        expires_at (str): The deadline.
        id (str): `pr_…`
        is_expired (bool): Whether it has passed.
        seller_amount_atomic (str): To the seller, atomic units.
        status (str): Where it stands.
        token_decimals (int): Decimal places.
        token_symbol (str): Ticker.
        total_amount_atomic (str): From the buyer, atomic units.
    """

    contract_id: str
    expires_at: str
    id: str
    is_expired: bool
    seller_amount_atomic: str
    status: str
    token_decimals: int
    token_symbol: str
    total_amount_atomic: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        contract_id = self.contract_id

        expires_at = self.expires_at

        id = self.id

        is_expired = self.is_expired

        seller_amount_atomic = self.seller_amount_atomic

        status = self.status

        token_decimals = self.token_decimals

        token_symbol = self.token_symbol

        total_amount_atomic = self.total_amount_atomic

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "contractId": contract_id,
                "expiresAt": expires_at,
                "id": id,
                "isExpired": is_expired,
                "sellerAmountAtomic": seller_amount_atomic,
                "status": status,
                "tokenDecimals": token_decimals,
                "tokenSymbol": token_symbol,
                "totalAmountAtomic": total_amount_atomic,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        contract_id = d.pop("contractId")

        expires_at = d.pop("expiresAt")

        id = d.pop("id")

        is_expired = d.pop("isExpired")

        seller_amount_atomic = d.pop("sellerAmountAtomic")

        status = d.pop("status")

        token_decimals = d.pop("tokenDecimals")

        token_symbol = d.pop("tokenSymbol")

        total_amount_atomic = d.pop("totalAmountAtomic")

        payment_request_summary = cls(
            contract_id=contract_id,
            expires_at=expires_at,
            id=id,
            is_expired=is_expired,
            seller_amount_atomic=seller_amount_atomic,
            status=status,
            token_decimals=token_decimals,
            token_symbol=token_symbol,
            total_amount_atomic=total_amount_atomic,
        )

        payment_request_summary.additional_properties = d
        return payment_request_summary

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
