from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="ContractPaymentState")


@_attrs_define
class ContractPaymentState:
    """Where payment of an agreement stands.

    Attributes:
        basis (str): What accepting the agreement needs: `contract` (payment of the whole amount) or `milestone_rollup`
            (payment of each of its milestones).
        has_active_router_payment_request (bool): A request is signed or submitted, or a payment is not final yet.
        has_router_payment_proof_issue (bool): A payment does not prove itself.
        has_router_verified_payment (bool): At least one payment is verified.
        paid_in_full (bool): Verified payments add up to the whole amount.
    """

    basis: str
    has_active_router_payment_request: bool
    has_router_payment_proof_issue: bool
    has_router_verified_payment: bool
    paid_in_full: bool
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        basis = self.basis

        has_active_router_payment_request = self.has_active_router_payment_request

        has_router_payment_proof_issue = self.has_router_payment_proof_issue

        has_router_verified_payment = self.has_router_verified_payment

        paid_in_full = self.paid_in_full

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "basis": basis,
                "hasActiveRouterPaymentRequest": has_active_router_payment_request,
                "hasRouterPaymentProofIssue": has_router_payment_proof_issue,
                "hasRouterVerifiedPayment": has_router_verified_payment,
                "paidInFull": paid_in_full,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        basis = d.pop("basis")

        has_active_router_payment_request = d.pop("hasActiveRouterPaymentRequest")

        has_router_payment_proof_issue = d.pop("hasRouterPaymentProofIssue")

        has_router_verified_payment = d.pop("hasRouterVerifiedPayment")

        paid_in_full = d.pop("paidInFull")

        contract_payment_state = cls(
            basis=basis,
            has_active_router_payment_request=has_active_router_payment_request,
            has_router_payment_proof_issue=has_router_payment_proof_issue,
            has_router_verified_payment=has_router_verified_payment,
            paid_in_full=paid_in_full,
        )

        contract_payment_state.additional_properties = d
        return contract_payment_state

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
