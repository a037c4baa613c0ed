from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="AccountBalance")


@_attrs_define
class AccountBalance:
    """What moved on the accounts of one kind.

    Attributes:
        account (str): `buyer_external` (left the buyer's wallets), `seller_proceeds` (reached the seller, and is not
            promised back) or `refund_due` (the seller has approved to
            pay it back and has not).
        balance_atomic (str): What stands on it, counted on the side on which it grows: what the buyer has paid, what
            the seller has received or owes. Starts with `-` while the chain has
            taken a payment away of which more is due or has gone back than is left.
        credit_atomic (str): What came into it.
        debit_atomic (str): What went out of it.
    """

    account: str
    balance_atomic: str
    credit_atomic: str
    debit_atomic: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        account = self.account

        balance_atomic = self.balance_atomic

        credit_atomic = self.credit_atomic

        debit_atomic = self.debit_atomic

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "account": account,
                "balanceAtomic": balance_atomic,
                "creditAtomic": credit_atomic,
                "debitAtomic": debit_atomic,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        account = d.pop("account")

        balance_atomic = d.pop("balanceAtomic")

        credit_atomic = d.pop("creditAtomic")

        debit_atomic = d.pop("debitAtomic")

        account_balance = cls(
            account=account,
            balance_atomic=balance_atomic,
            credit_atomic=credit_atomic,
            debit_atomic=debit_atomic,
        )

        account_balance.additional_properties = d
        return account_balance

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
