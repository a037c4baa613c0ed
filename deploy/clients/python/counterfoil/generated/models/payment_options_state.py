from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.payment_request_summary import PaymentRequestSummary
    from ..models.proof_issue_request import ProofIssueRequest


T = TypeVar("T", bound="PaymentOptionsState")


@_attrs_define
class PaymentOptionsState:
    """Where payment of the agreement stands.

    Attributes:
        active_crypto_payment_request (None | PaymentRequestSummary):
        has_active_router_payment_request (bool): A request is signed or submitted, or a payment is not final yet.
        has_router_payment_proof_issue (bool): A payment does not prove itself.
        has_router_verified_payment (bool): At least one payment is verified.
        proof_issue_crypto_payment_request (None | ProofIssueRequest):
        status (str): `unpaid`, `pending`, `partially_paid`, `paid` or `inspection_required`.
    """

    active_crypto_payment_request: None | PaymentRequestSummary
    has_active_router_payment_request: bool
    has_router_payment_proof_issue: bool
    has_router_verified_payment: bool
    proof_issue_crypto_payment_request: None | ProofIssueRequest
    status: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.payment_request_summary import (
            PaymentRequestSummary,  # noqa: PLC0415
        )
        from ..models.proof_issue_request import ProofIssueRequest  # noqa: PLC0415

        active_crypto_payment_request: dict[str, Any] | None
        if isinstance(self.active_crypto_payment_request, PaymentRequestSummary):
            active_crypto_payment_request = self.active_crypto_payment_request.to_dict()
        else:
            active_crypto_payment_request = self.active_crypto_payment_request

        has_active_router_payment_request = self.has_active_router_payment_request

        has_router_payment_proof_issue = self.has_router_payment_proof_issue

        has_router_verified_payment = self.has_router_verified_payment

        proof_issue_crypto_payment_request: dict[str, Any] | None
        if isinstance(self.proof_issue_crypto_payment_request, ProofIssueRequest):
            proof_issue_crypto_payment_request = self.proof_issue_crypto_payment_request.to_dict()
        else:
            proof_issue_crypto_payment_request = self.proof_issue_crypto_payment_request

        status = self.status

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "activeCryptoPaymentRequest": active_crypto_payment_request,
                "hasActiveRouterPaymentRequest": has_active_router_payment_request,
                "hasRouterPaymentProofIssue": has_router_payment_proof_issue,
                "hasRouterVerifiedPayment": has_router_verified_payment,
                "proofIssueCryptoPaymentRequest": proof_issue_crypto_payment_request,
                "status": status,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.payment_request_summary import (
            PaymentRequestSummary,  # noqa: PLC0415
        )
        from ..models.proof_issue_request import ProofIssueRequest  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_active_crypto_payment_request(data: object) -> None | PaymentRequestSummary:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                active_crypto_payment_request_type_0 = PaymentRequestSummary.from_dict(data)

                return active_crypto_payment_request_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | PaymentRequestSummary, data)

        active_crypto_payment_request = _parse_active_crypto_payment_request(d.pop("activeCryptoPaymentRequest"))

        has_active_router_payment_request = d.pop("hasActiveRouterPaymentRequest")

        has_router_payment_proof_issue = d.pop("hasRouterPaymentProofIssue")

        has_router_verified_payment = d.pop("hasRouterVerifiedPayment")

        def _parse_proof_issue_crypto_payment_request(data: object) -> None | ProofIssueRequest:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                proof_issue_crypto_payment_request_type_0 = ProofIssueRequest.from_dict(data)

                return proof_issue_crypto_payment_request_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | ProofIssueRequest, data)

        proof_issue_crypto_payment_request = _parse_proof_issue_crypto_payment_request(d.pop("proofIssueCryptoPaymentRequest"))

        status = d.pop("status")

        payment_options_state = cls(
            active_crypto_payment_request=active_crypto_payment_request,
            has_active_router_payment_request=has_active_router_payment_request,
            has_router_payment_proof_issue=has_router_payment_proof_issue,
            has_router_verified_payment=has_router_verified_payment,
            proof_issue_crypto_payment_request=proof_issue_crypto_payment_request,
            status=status,
        )

        payment_options_state.additional_properties = d
        return payment_options_state

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
