from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.account_balance import AccountBalance


T = TypeVar("T", bound="AssetBalance")


@_attrs_define
class AssetBalance:
    """What the caller has paid and received in one asset.

    Attributes:
        accounts (list[AccountBalance]): The same from the ledger, by account.
        asset_id (str): CAIP-19.
        paid_atomic (str): What has left the caller's wallets as a buyer, fees included, less what came back. Starts
            with `-` while the chain has taken a payment away whose refund stands.
        payable_atomic (str): What live payment requests ask of the caller, fees included.
        receivable_atomic (str): What live payment requests ask for the caller.
        received_atomic (str): What has reached the caller as a seller, less what went back, with what is due to go
            back: `seller_proceeds` and `refund_due` together. A sign as in `paidAtomic`.
        refund_due_atomic (str): What the caller as a seller has approved to pay back and has not: part of
            `receivedAtomic`.
        token_decimals (int): Its decimals.
        token_symbol (str): Its ticker.
    """

    accounts: list[AccountBalance]
    asset_id: str
    paid_atomic: str
    payable_atomic: str
    receivable_atomic: str
    received_atomic: str
    refund_due_atomic: str
    token_decimals: int
    token_symbol: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        accounts = []
        for accounts_item_data in self.accounts:
            accounts_item = accounts_item_data.to_dict()
            accounts.append(accounts_item)

        asset_id = self.asset_id

        paid_atomic = self.paid_atomic

        payable_atomic = self.payable_atomic

        receivable_atomic = self.receivable_atomic

        received_atomic = self.received_atomic

        refund_due_atomic = self.refund_due_atomic

        token_decimals = self.token_decimals

        token_symbol = self.token_symbol

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "accounts": accounts,
                "assetId": asset_id,
                "paidAtomic": paid_atomic,
                "payableAtomic": payable_atomic,
                "receivableAtomic": receivable_atomic,
                "receivedAtomic": received_atomic,
                "refundDueAtomic": refund_due_atomic,
                "tokenDecimals": token_decimals,
                "tokenSymbol": token_symbol,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.account_balance import AccountBalance  # noqa: PLC0415

        d = dict(src_dict)
        accounts = []
        _accounts = d.pop("accounts")
        for accounts_item_data in _accounts:
            accounts_item = AccountBalance.from_dict(accounts_item_data)

            accounts.append(accounts_item)

        asset_id = d.pop("assetId")

        paid_atomic = d.pop("paidAtomic")

        payable_atomic = d.pop("payableAtomic")

        receivable_atomic = d.pop("receivableAtomic")

        received_atomic = d.pop("receivedAtomic")

        refund_due_atomic = d.pop("refundDueAtomic")

        token_decimals = d.pop("tokenDecimals")

        token_symbol = d.pop("tokenSymbol")

        asset_balance = cls(
            accounts=accounts,
            asset_id=asset_id,
            paid_atomic=paid_atomic,
            payable_atomic=payable_atomic,
            receivable_atomic=receivable_atomic,
            received_atomic=received_atomic,
            refund_due_atomic=refund_due_atomic,
            token_decimals=token_decimals,
            token_symbol=token_symbol,
        )

        asset_balance.additional_properties = d
        return asset_balance

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
