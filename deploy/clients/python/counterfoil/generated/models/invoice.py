from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.invoice_fee_policy import InvoiceFeePolicy
    from ..models.invoice_line import InvoiceLine
    from ..models.invoice_party import InvoiceParty
    from ..models.settled_refund import SettledRefund


T = TypeVar("T", bound="Invoice")


@_attrs_define
class Invoice:
    """What is owed, what was asked for and what is paid.

    Attributes:
        asset (str): CAIP-19.
        buyer (InvoiceParty): One side of an invoice.
        consent (str): `signatures` or `attested`: how consent to the terms was shown.
        contract_id (str): The agreement.
        duplicate_amount_atomic (str): What of that paid again what was paid already: it pays nothing that is open, and
            can be asked back.
        fee_amount_atomic (str): To the operator in all, atomic units.
        fee_policy (InvoiceFeePolicy): `fee = floor(seller amount × bps / 10000) + fixed`, on top.
        id (str): `inv_{contractId}`
        issued_at (str): When the agreement was imported.
        lines (list[InvoiceLine]): One per unit that was ever asked for, oldest first.
        open_amount_atomic (str): What the seller has yet to receive, each piece of work counted once.
        paid_amount_atomic (str): What the seller has received, proven.
        payee_address (str): Where the seller is paid, EIP-55.
        payout_change_id (None | str): The payout change that says so; null where the terms do.
        refunded_amount_atomic (str): What the seller has paid back, proven.
        refunds (list[SettledRefund]): What has been paid back so far, oldest first.
        schema (str): `counterfoil-invoice-v1`
        seller (InvoiceParty): One side of an invoice.
        seller_amount_atomic (str): To the seller in all, atomic units.
        status (str): `open`, `partially_paid`, `paid`, `cancelled` or `inspection_required`.
        terms_hash (str): keccak256 of the canonical terms.
        title (str): What the agreement calls itself.
        token_decimals (int): Decimal places.
        token_symbol (str): Ticker, for people.
        total_amount_atomic (str): From the buyer in all, atomic units.
    """

    asset: str
    buyer: InvoiceParty
    consent: str
    contract_id: str
    duplicate_amount_atomic: str
    fee_amount_atomic: str
    fee_policy: InvoiceFeePolicy
    id: str
    issued_at: str
    lines: list[InvoiceLine]
    open_amount_atomic: str
    paid_amount_atomic: str
    payee_address: str
    payout_change_id: None | str
    refunded_amount_atomic: str
    refunds: list[SettledRefund]
    schema: str
    seller: InvoiceParty
    seller_amount_atomic: str
    status: str
    terms_hash: str
    title: str
    token_decimals: int
    token_symbol: str
    total_amount_atomic: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        asset = self.asset

        buyer = self.buyer.to_dict()

        consent = self.consent

        contract_id = self.contract_id

        duplicate_amount_atomic = self.duplicate_amount_atomic

        fee_amount_atomic = self.fee_amount_atomic

        fee_policy = self.fee_policy.to_dict()

        id = self.id

        issued_at = self.issued_at

        lines = []
        for lines_item_data in self.lines:
            lines_item = lines_item_data.to_dict()
            lines.append(lines_item)

        open_amount_atomic = self.open_amount_atomic

        paid_amount_atomic = self.paid_amount_atomic

        payee_address = self.payee_address

        payout_change_id: None | str
        payout_change_id = self.payout_change_id

        refunded_amount_atomic = self.refunded_amount_atomic

        refunds = []
        for refunds_item_data in self.refunds:
            refunds_item = refunds_item_data.to_dict()
            refunds.append(refunds_item)

        schema = self.schema

        seller = self.seller.to_dict()

        seller_amount_atomic = self.seller_amount_atomic

        status = self.status

        terms_hash = self.terms_hash

        title = self.title

        token_decimals = self.token_decimals

        token_symbol = self.token_symbol

        total_amount_atomic = self.total_amount_atomic

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "asset": asset,
                "buyer": buyer,
                "consent": consent,
                "contractId": contract_id,
                "duplicateAmountAtomic": duplicate_amount_atomic,
                "feeAmountAtomic": fee_amount_atomic,
                "feePolicy": fee_policy,
                "id": id,
                "issuedAt": issued_at,
                "lines": lines,
                "openAmountAtomic": open_amount_atomic,
                "paidAmountAtomic": paid_amount_atomic,
                "payeeAddress": payee_address,
                "payoutChangeId": payout_change_id,
                "refundedAmountAtomic": refunded_amount_atomic,
                "refunds": refunds,
                "schema": schema,
                "seller": seller,
                "sellerAmountAtomic": seller_amount_atomic,
                "status": status,
                "termsHash": terms_hash,
                "title": title,
                "tokenDecimals": token_decimals,
                "tokenSymbol": token_symbol,
                "totalAmountAtomic": total_amount_atomic,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.invoice_fee_policy import InvoiceFeePolicy  # noqa: PLC0415
        from ..models.invoice_line import InvoiceLine  # noqa: PLC0415
        from ..models.invoice_party import InvoiceParty  # noqa: PLC0415
        from ..models.settled_refund import SettledRefund  # noqa: PLC0415

        d = dict(src_dict)
        asset = d.pop("asset")

        buyer = InvoiceParty.from_dict(d.pop("buyer"))

        consent = d.pop("consent")

        contract_id = d.pop("contractId")

        duplicate_amount_atomic = d.pop("duplicateAmountAtomic")

        fee_amount_atomic = d.pop("feeAmountAtomic")

        fee_policy = InvoiceFeePolicy.from_dict(d.pop("feePolicy"))

        id = d.pop("id")

        issued_at = d.pop("issuedAt")

        lines = []
        _lines = d.pop("lines")
        for lines_item_data in _lines:
            lines_item = InvoiceLine.from_dict(lines_item_data)

            lines.append(lines_item)

        open_amount_atomic = d.pop("openAmountAtomic")

        paid_amount_atomic = d.pop("paidAmountAtomic")

        payee_address = d.pop("payeeAddress")

        def _parse_payout_change_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        payout_change_id = _parse_payout_change_id(d.pop("payoutChangeId"))

        refunded_amount_atomic = d.pop("refundedAmountAtomic")

        refunds = []
        _refunds = d.pop("refunds")
        for refunds_item_data in _refunds:
            refunds_item = SettledRefund.from_dict(refunds_item_data)

            refunds.append(refunds_item)

        schema = d.pop("schema")

        seller = InvoiceParty.from_dict(d.pop("seller"))

        seller_amount_atomic = d.pop("sellerAmountAtomic")

        status = d.pop("status")

        terms_hash = d.pop("termsHash")

        title = d.pop("title")

        token_decimals = d.pop("tokenDecimals")

        token_symbol = d.pop("tokenSymbol")

        total_amount_atomic = d.pop("totalAmountAtomic")

        invoice = cls(
            asset=asset,
            buyer=buyer,
            consent=consent,
            contract_id=contract_id,
            duplicate_amount_atomic=duplicate_amount_atomic,
            fee_amount_atomic=fee_amount_atomic,
            fee_policy=fee_policy,
            id=id,
            issued_at=issued_at,
            lines=lines,
            open_amount_atomic=open_amount_atomic,
            paid_amount_atomic=paid_amount_atomic,
            payee_address=payee_address,
            payout_change_id=payout_change_id,
            refunded_amount_atomic=refunded_amount_atomic,
            refunds=refunds,
            schema=schema,
            seller=seller,
            seller_amount_atomic=seller_amount_atomic,
            status=status,
            terms_hash=terms_hash,
            title=title,
            token_decimals=token_decimals,
            token_symbol=token_symbol,
            total_amount_atomic=total_amount_atomic,
        )

        invoice.additional_properties = d
        return invoice

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
