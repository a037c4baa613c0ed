from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.receipt_attestation import ReceiptAttestation
    from ..models.receipt_event import ReceiptEvent
    from ..models.receipt_proof import ReceiptProof


T = TypeVar("T", bound="Receipt")


@_attrs_define
class Receipt:
    """Proof of a payment that can be checked against the chain alone.

    Attributes:
        asset (str): CAIP-19.
        attestation (ReceiptAttestation): The issuer's signature over the receipt.
        buyer_wallet (str): The buyer's wallet in the agreement, EIP-55.
        consent (str): `signatures` or `attested`: how consent to the terms was shown.
        contract_id (str): The agreement.
        event (ReceiptEvent): Where the event stands and what it says.
        fee_amount_atomic (str): To the operator, atomic units.
        id (str): `rcpt_{paymentRequestId}`
        invoice_id (str): Its invoice.
        issued_at (str): When it was made out and signed.
        payee (str): Who received, EIP-55.
        payer (str): Who paid, EIP-55.
        payment_request_id (str): The payment request.
        payout_change_id (None | str): The payout change that says so; null where the terms do.
        proof (ReceiptProof): What was asked and signed, and by whom.
        schema (str): `counterfoil-receipt-v1`
        seller_amount_atomic (str): To the seller, atomic units.
        seller_wallet (str): The seller's wallet in the agreement, EIP-55.
        terms_hash (str): keccak256 of the canonical terms.
        title (str): What the agreement calls itself.
        token_decimals (int): Decimal places.
        token_symbol (str): Ticker, for people.
        total_amount_atomic (str): From the buyer, atomic units.
        verified_at (str): When it was verified.
    """

    asset: str
    attestation: ReceiptAttestation
    buyer_wallet: str
    consent: str
    contract_id: str
    event: ReceiptEvent
    fee_amount_atomic: str
    id: str
    invoice_id: str
    issued_at: str
    payee: str
    payer: str
    payment_request_id: str
    payout_change_id: None | str
    proof: ReceiptProof
    schema: str
    seller_amount_atomic: str
    seller_wallet: str
    terms_hash: str
    title: str
    token_decimals: int
    token_symbol: str
    total_amount_atomic: str
    verified_at: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        asset = self.asset

        attestation = self.attestation.to_dict()

        buyer_wallet = self.buyer_wallet

        consent = self.consent

        contract_id = self.contract_id

        event = self.event.to_dict()

        fee_amount_atomic = self.fee_amount_atomic

        id = self.id

        invoice_id = self.invoice_id

        issued_at = self.issued_at

        payee = self.payee

        payer = self.payer

        payment_request_id = self.payment_request_id

        payout_change_id: None | str
        payout_change_id = self.payout_change_id

        proof = self.proof.to_dict()

        schema = self.schema

        seller_amount_atomic = self.seller_amount_atomic

        seller_wallet = self.seller_wallet

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
                "attestation": attestation,
                "buyerWallet": buyer_wallet,
                "consent": consent,
                "contractId": contract_id,
                "event": event,
                "feeAmountAtomic": fee_amount_atomic,
                "id": id,
                "invoiceId": invoice_id,
                "issuedAt": issued_at,
                "payee": payee,
                "payer": payer,
                "paymentRequestId": payment_request_id,
                "payoutChangeId": payout_change_id,
                "proof": proof,
                "schema": schema,
                "sellerAmountAtomic": seller_amount_atomic,
                "sellerWallet": seller_wallet,
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
        from ..models.receipt_attestation import ReceiptAttestation  # noqa: PLC0415
        from ..models.receipt_event import ReceiptEvent  # noqa: PLC0415
        from ..models.receipt_proof import ReceiptProof  # noqa: PLC0415

        d = dict(src_dict)
        asset = d.pop("asset")

        attestation = ReceiptAttestation.from_dict(d.pop("attestation"))

        buyer_wallet = d.pop("buyerWallet")

        consent = d.pop("consent")

        contract_id = d.pop("contractId")

        event = ReceiptEvent.from_dict(d.pop("event"))

        fee_amount_atomic = d.pop("feeAmountAtomic")

        id = d.pop("id")

        invoice_id = d.pop("invoiceId")

        issued_at = d.pop("issuedAt")

        payee = d.pop("payee")

        payer = d.pop("payer")

        payment_request_id = d.pop("paymentRequestId")

        def _parse_payout_change_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        payout_change_id = _parse_payout_change_id(d.pop("payoutChangeId"))

        proof = ReceiptProof.from_dict(d.pop("proof"))

        schema = d.pop("schema")

        seller_amount_atomic = d.pop("sellerAmountAtomic")

        seller_wallet = d.pop("sellerWallet")

        terms_hash = d.pop("termsHash")

        title = d.pop("title")

        token_decimals = d.pop("tokenDecimals")

        token_symbol = d.pop("tokenSymbol")

        total_amount_atomic = d.pop("totalAmountAtomic")

        verified_at = d.pop("verifiedAt")

        receipt = cls(
            asset=asset,
            attestation=attestation,
            buyer_wallet=buyer_wallet,
            consent=consent,
            contract_id=contract_id,
            event=event,
            fee_amount_atomic=fee_amount_atomic,
            id=id,
            invoice_id=invoice_id,
            issued_at=issued_at,
            payee=payee,
            payer=payer,
            payment_request_id=payment_request_id,
            payout_change_id=payout_change_id,
            proof=proof,
            schema=schema,
            seller_amount_atomic=seller_amount_atomic,
            seller_wallet=seller_wallet,
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
