from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="StatementRow")


@_attrs_define
class StatementRow:
    """A row. What belongs to a line only is null on `opening` and `closing` rows.

    Attributes:
        account (str): `buyer_external` (what the caller has paid), `seller_proceeds` (what it has received and not
            promised back) or `refund_due` (what it has approved to pay back
            and has not).
        asset_id (str): CAIP-19.
        at (str): When it was booked; the edge of the period on `opening` and `closing` rows.
        balance_atomic (str): What stands on the account after it.
        booked (None | str): What the line stands for, or takes back: a `payment`, an approved refund (`refund_due`) or
            one that was paid back (`refund`).
        contract_id (None | str): The agreement, `agr_…`.
        credit_atomic (None | str): What came in.
        debit_atomic (None | str): What went out.
        entry (None | str): The entry of the ledger.
        external_ref (None | str): What its importer calls it.
        kind (str): `opening`, `posting`, `reversal` or `closing`.
        line (int | None): Its line.
        payment_request_id (None | str): The payment request, `pr_…`.
        refund_request_id (None | str): The refund request, `rf_…`, of what came back; null on payments.
        reverses (None | str): The entry that it takes back.
        token_decimals (int): Its decimals.
        token_symbol (str): Its ticker.
        wallet_address (None | str): The wallet that paid, or was paid.
    """

    account: str
    asset_id: str
    at: str
    balance_atomic: str
    booked: None | str
    contract_id: None | str
    credit_atomic: None | str
    debit_atomic: None | str
    entry: None | str
    external_ref: None | str
    kind: str
    line: int | None
    payment_request_id: None | str
    refund_request_id: None | str
    reverses: None | str
    token_decimals: int
    token_symbol: str
    wallet_address: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        account = self.account

        asset_id = self.asset_id

        at = self.at

        balance_atomic = self.balance_atomic

        booked: None | str
        booked = self.booked

        contract_id: None | str
        contract_id = self.contract_id

        credit_atomic: None | str
        credit_atomic = self.credit_atomic

        debit_atomic: None | str
        debit_atomic = self.debit_atomic

        entry: None | str
        entry = self.entry

        external_ref: None | str
        external_ref = self.external_ref

        kind = self.kind

        line: int | None
        line = self.line

        payment_request_id: None | str
        payment_request_id = self.payment_request_id

        refund_request_id: None | str
        refund_request_id = self.refund_request_id

        reverses: None | str
        reverses = self.reverses

        token_decimals = self.token_decimals

        token_symbol = self.token_symbol

        wallet_address: None | str
        wallet_address = self.wallet_address

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "account": account,
                "assetId": asset_id,
                "at": at,
                "balanceAtomic": balance_atomic,
                "booked": booked,
                "contractId": contract_id,
                "creditAtomic": credit_atomic,
                "debitAtomic": debit_atomic,
                "entry": entry,
                "externalRef": external_ref,
                "kind": kind,
                "line": line,
                "paymentRequestId": payment_request_id,
                "refundRequestId": refund_request_id,
                "reverses": reverses,
                "tokenDecimals": token_decimals,
                "tokenSymbol": token_symbol,
                "walletAddress": wallet_address,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        account = d.pop("account")

        asset_id = d.pop("assetId")

        at = d.pop("at")

        balance_atomic = d.pop("balanceAtomic")

        def _parse_booked(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        booked = _parse_booked(d.pop("booked"))

        def _parse_contract_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        contract_id = _parse_contract_id(d.pop("contractId"))

        def _parse_credit_atomic(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        credit_atomic = _parse_credit_atomic(d.pop("creditAtomic"))

        def _parse_debit_atomic(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        debit_atomic = _parse_debit_atomic(d.pop("debitAtomic"))

        def _parse_entry(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        entry = _parse_entry(d.pop("entry"))

        def _parse_external_ref(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        external_ref = _parse_external_ref(d.pop("externalRef"))

        kind = d.pop("kind")

        def _parse_line(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        line = _parse_line(d.pop("line"))

        def _parse_payment_request_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        payment_request_id = _parse_payment_request_id(d.pop("paymentRequestId"))

        def _parse_refund_request_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        refund_request_id = _parse_refund_request_id(d.pop("refundRequestId"))

        def _parse_reverses(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        reverses = _parse_reverses(d.pop("reverses"))

        token_decimals = d.pop("tokenDecimals")

        token_symbol = d.pop("tokenSymbol")

        def _parse_wallet_address(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        wallet_address = _parse_wallet_address(d.pop("walletAddress"))

        statement_row = cls(
            account=account,
            asset_id=asset_id,
            at=at,
            balance_atomic=balance_atomic,
            booked=booked,
            contract_id=contract_id,
            credit_atomic=credit_atomic,
            debit_atomic=debit_atomic,
            entry=entry,
            external_ref=external_ref,
            kind=kind,
            line=line,
            payment_request_id=payment_request_id,
            refund_request_id=refund_request_id,
            reverses=reverses,
            token_decimals=token_decimals,
            token_symbol=token_symbol,
            wallet_address=wallet_address,
        )

        statement_row.additional_properties = d
        return statement_row

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
