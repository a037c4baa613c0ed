from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.receipt_event import ReceiptEvent
    from ..models.receipt_proof import ReceiptProof


T = TypeVar("T", bound="Receipt")


@_attrs_define
class Receipt:
    """Proof of a payment that can be checked against the chain alone.

    Attributes:
        asset (str): CAIP-19.
        consent (str): `signatures` or `attested`: how consent to the terms was shown.
        contract_id (str): The agreement.
        event (ReceiptEvent): Where the event stands and what it says.
        fee_amount_atomic (str): To the operator, atomic units.
        id (str): `rcpt_{paymentRequestId}`
        invoice_id (str): Its invoice.
        payee (str): Who received, EIP-55.
        payer (str): Who paid, EIP-55.
        payment_request_id (str): The payment request.
        proof (ReceiptProof): What was asked and signed, and by whom.
        schema (str): `counterfoil-receipt-v1`
        seller_amount_atomic (str): To the seller, atomic units.
        terms_hash (str): keccak256 of the canonical terms.
        title (str): What the agreement calls itself.
        token_decimals (int): Decimal places.
        token_symbol (str): Ticker, for people.
        total_amount_atomic (str): From the buyer, atomic units.
        verified_at (str): When it was verified.
    """

    asset: str
    consent: str
    contract_id: str
    event: ReceiptEvent
    fee_amount_atomic: str
    id: str
    invoice_id: str
    payee: str
    payer: str
    payment_request_id: str
    proof: ReceiptProof
    schema: str
    seller_amount_atomic: str
    terms_hash: str
    title: str
    token_decimals: int
    token_symbol: str
    total_amount_atomic: str
    verified_at: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        asset = self.asset

        consent = self.consent

        contract_id = self.contract_id

        event = self.event.to_dict()

        fee_amount_atomic = self.fee_amount_atomic

        id = self.id

        invoice_id = self.invoice_id

        payee = self.payee

        payer = self.payer

        payment_request_id = self.payment_request_id

        proof = self.proof.to_dict()

        schema = self.schema

        seller_amount_atomic = self.seller_amount_atomic

        terms_hash = self.terms_hash

        title = self.title

        token_decimals = self.token_decimals

        token_symbol = self.token_symbol

        total_amount_atomic = self.total_amount_atomic

        verified_at = self.verified_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "asset": asset,
                "consent": consent,
                "contractId": contract_id,
                "event": event,
                "feeAmountAtomic": fee_amount_atomic,
                "id": id,
                "invoiceId": invoice_id,
                "payee": payee,
                "payer": payer,
                "paymentRequestId": payment_request_id,
                "proof": proof,
                "schema": schema,
                "sellerAmountAtomic": seller_amount_atomic,
                "termsHash": terms_hash,
                "title": title,
                "tokenDecimals": token_decimals,
                "tokenSymbol": token_symbol,
                "totalAmountAtomic": total_amount_atomic,
                "verifiedAt": verified_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.receipt_event import ReceiptEvent  # noqa: PLC0415
        from ..models.receipt_proof import ReceiptProof  # noqa: PLC0415

        d = dict(src_dict)
        asset = d.pop("asset")

        consent = d.pop("consent")

        contract_id = d.pop("contractId")

        event = ReceiptEvent.from_dict(d.pop("event"))

        fee_amount_atomic = d.pop("feeAmountAtomic")

        id = d.pop("id")

        invoice_id = d.pop("invoiceId")

        payee = d.pop("payee")

        payer = d.pop("payer")

        payment_request_id = d.pop("paymentRequestId")

        proof = ReceiptProof.from_dict(d.pop("proof"))

        schema = d.pop("schema")

        seller_amount_atomic = d.pop("sellerAmountAtomic")

        terms_hash = d.pop("termsHash")

        title = d.pop("title")

        token_decimals = d.pop("tokenDecimals")

        token_symbol = d.pop("tokenSymbol")

        total_amount_atomic = d.pop("totalAmountAtomic")

        verified_at = d.pop("verifiedAt")

        receipt = cls(
            asset=asset,
            consent=consent,
            contract_id=contract_id,
            event=event,
            fee_amount_atomic=fee_amount_atomic,
            id=id,
            invoice_id=invoice_id,
            payee=payee,
            payer=payer,
            payment_request_id=payment_request_id,
            proof=proof,
            schema=schema,
            seller_amount_atomic=seller_amount_atomic,
            terms_hash=terms_hash,
            title=title,
            token_decimals=token_decimals,
            token_symbol=token_symbol,
            total_amount_atomic=total_amount_atomic,
            verified_at=verified_at,
        )

        receipt.additional_properties = d
        return receipt

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
