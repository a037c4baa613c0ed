from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.invoice_line_proof import InvoiceLineProof


T = TypeVar("T", bound="InvoiceLine")


@_attrs_define
class InvoiceLine:
    """One unit of an invoice.

    Attributes:
        fee_amount_atomic (None | str): To the operator.
        index (int | None): Which instalment, from 1.
        kind (str): `contract`, `instalment` or `milestone`.
        milestone_id (None | str): Which milestone, `ms_…`.
        paid_at (None | str): Block time, once paid.
        paid_tx_hash (None | str): The transaction, once paid.
        payment_request_id (str): The request that paid it, else the latest one for it.
        proof (InvoiceLineProof | None):
        receipt_id (None | str): `rcpt_{paymentRequestId}`, once paid.
        receipt_revoked_at (None | str): When the chain took a payment back that had counted, and nothing has replaced
            it: the receipt `rcpt_{paymentRequestId}` is revoked.
        seller_amount_atomic (None | str): To the seller; null where the request cannot be read any more.
        status (str): `open`, `requested`, `pending`, `paid` or `inspection_required`.
        total_amount_atomic (None | str): From the buyer.
        unit_id (str): The unit.
    """

    fee_amount_atomic: None | str
    index: int | None
    kind: str
    milestone_id: None | str
    paid_at: None | str
    paid_tx_hash: None | str
    payment_request_id: str
    proof: InvoiceLineProof | None
    receipt_id: None | str
    receipt_revoked_at: None | str
    seller_amount_atomic: None | str
    status: str
    total_amount_atomic: None | str
    unit_id: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.invoice_line_proof import InvoiceLineProof  # noqa: PLC0415

        fee_amount_atomic: None | str
        fee_amount_atomic = self.fee_amount_atomic

        index: int | None
        index = self.index

        kind = self.kind

        milestone_id: None | str
        milestone_id = self.milestone_id

        paid_at: None | str
        paid_at = self.paid_at

        paid_tx_hash: None | str
        paid_tx_hash = self.paid_tx_hash

        payment_request_id = self.payment_request_id

        proof: dict[str, Any] | None
        if isinstance(self.proof, InvoiceLineProof):
            proof = self.proof.to_dict()
        else:
            proof = self.proof

        receipt_id: None | str
        receipt_id = self.receipt_id

        receipt_revoked_at: None | str
        receipt_revoked_at = self.receipt_revoked_at

        seller_amount_atomic: None | str
        seller_amount_atomic = self.seller_amount_atomic

        status = self.status

        total_amount_atomic: None | str
        total_amount_atomic = self.total_amount_atomic

        unit_id = self.unit_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "feeAmountAtomic": fee_amount_atomic,
                "index": index,
                "kind": kind,
                "milestoneId": milestone_id,
                "paidAt": paid_at,
                "paidTxHash": paid_tx_hash,
                "paymentRequestId": payment_request_id,
                "proof": proof,
                "receiptId": receipt_id,
                "receiptRevokedAt": receipt_revoked_at,
                "sellerAmountAtomic": seller_amount_atomic,
                "status": status,
                "totalAmountAtomic": total_amount_atomic,
                "unitId": unit_id,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.invoice_line_proof import InvoiceLineProof  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_fee_amount_atomic(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        fee_amount_atomic = _parse_fee_amount_atomic(d.pop("feeAmountAtomic"))

        def _parse_index(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        index = _parse_index(d.pop("index"))

        kind = d.pop("kind")

        def _parse_milestone_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        milestone_id = _parse_milestone_id(d.pop("milestoneId"))

        def _parse_paid_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        paid_at = _parse_paid_at(d.pop("paidAt"))

        def _parse_paid_tx_hash(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        paid_tx_hash = _parse_paid_tx_hash(d.pop("paidTxHash"))

        payment_request_id = d.pop("paymentRequestId")

        def _parse_proof(data: object) -> InvoiceLineProof | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                proof_type_0 = InvoiceLineProof.from_dict(data)

                return proof_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(InvoiceLineProof | None, data)

        proof = _parse_proof(d.pop("proof"))

        def _parse_receipt_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        receipt_id = _parse_receipt_id(d.pop("receiptId"))

        def _parse_receipt_revoked_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        receipt_revoked_at = _parse_receipt_revoked_at(d.pop("receiptRevokedAt"))

        def _parse_seller_amount_atomic(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        seller_amount_atomic = _parse_seller_amount_atomic(d.pop("sellerAmountAtomic"))

        status = d.pop("status")

        def _parse_total_amount_atomic(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        total_amount_atomic = _parse_total_amount_atomic(d.pop("totalAmountAtomic"))

        unit_id = d.pop("unitId")

        invoice_line = cls(
            fee_amount_atomic=fee_amount_atomic,
            index=index,
            kind=kind,
            milestone_id=milestone_id,
            paid_at=paid_at,
            paid_tx_hash=paid_tx_hash,
            payment_request_id=payment_request_id,
            proof=proof,
            receipt_id=receipt_id,
            receipt_revoked_at=receipt_revoked_at,
            seller_amount_atomic=seller_amount_atomic,
            status=status,
            total_amount_atomic=total_amount_atomic,
            unit_id=unit_id,
        )

        invoice_line.additional_properties = d
        return invoice_line

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
