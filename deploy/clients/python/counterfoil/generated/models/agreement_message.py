from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="AgreementMessage")


@_attrs_define
class AgreementMessage:
    """The message.

    Attributes:
        amount (str): What the seller receives, atomic units, decimal.
        asset (str): CAIP-19.
        buyer (str): The buyer's wallet.
        evaluator (str): Zero where there is none.
        salt (str): The salt.
        seller (str): The seller's wallet.
        terms_hash (str): keccak256 of the canonical terms.
    """

    amount: str
    asset: str
    buyer: str
    evaluator: str
    salt: str
    seller: str
    terms_hash: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        amount = self.amount

        asset = self.asset

        buyer = self.buyer

        evaluator = self.evaluator

        salt = self.salt

        seller = self.seller

        terms_hash = self.terms_hash

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "amount": amount,
                "asset": asset,
                "buyer": buyer,
                "evaluator": evaluator,
                "salt": salt,
                "seller": seller,
                "termsHash": terms_hash,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        amount = d.pop("amount")

        asset = d.pop("asset")

        buyer = d.pop("buyer")

        evaluator = d.pop("evaluator")

        salt = d.pop("salt")

        seller = d.pop("seller")

        terms_hash = d.pop("termsHash")

        agreement_message = cls(
            amount=amount,
            asset=asset,
            buyer=buyer,
            evaluator=evaluator,
            salt=salt,
            seller=seller,
            terms_hash=terms_hash,
        )

        agreement_message.additional_properties = d
        return agreement_message

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
