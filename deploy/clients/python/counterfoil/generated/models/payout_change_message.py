from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="PayoutChangeMessage")


@_attrs_define
class PayoutChangeMessage:
    """The message.

    Attributes:
        contract_id (str): The agreement's id.
        number (str): Which change of it, decimal.
        payee (str): Where it wants to be paid.
        previous_payee (str): Where the seller is paid now.
        terms_hash (str): keccak256 of its canonical terms.
    """

    contract_id: str
    number: str
    payee: str
    previous_payee: str
    terms_hash: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        contract_id = self.contract_id

        number = self.number

        payee = self.payee

        previous_payee = self.previous_payee

        terms_hash = self.terms_hash

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "contractId": contract_id,
                "number": number,
                "payee": payee,
                "previousPayee": previous_payee,
                "termsHash": terms_hash,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        contract_id = d.pop("contractId")

        number = d.pop("number")

        payee = d.pop("payee")

        previous_payee = d.pop("previousPayee")

        terms_hash = d.pop("termsHash")

        payout_change_message = cls(
            contract_id=contract_id,
            number=number,
            payee=payee,
            previous_payee=previous_payee,
            terms_hash=terms_hash,
        )

        payout_change_message.additional_properties = d
        return payout_change_message

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
