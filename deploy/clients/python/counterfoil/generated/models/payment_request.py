from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.actor_permissions import ActorPermissions
    from ..models.available_action import AvailableAction
    from ..models.confirmations import Confirmations
    from ..models.payment_unit import PaymentUnit
    from ..models.proof_issue import ProofIssue
    from ..models.recommended_action import RecommendedAction
    from ..models.seen_payment import SeenPayment


T = TypeVar("T", bound="PaymentRequest")


@_attrs_define
class PaymentRequest:
    """A payment request without anything that can be executed. Amounts and times are absent where the stored request can
    no longer be read.

        Attributes:
            actor_permissions (ActorPermissions | None):
            available_actions (list[AvailableAction]): What the reader may do.
            confirmations (Confirmations | None):
            contract_id (str): The agreement.
            created_at (str): When it was signed.
            id (str): `pr_…`
            is_expired (bool): Whether the deadline has passed without payment.
            is_payable (bool): Whether the payer should execute it now.
            milestone_id (None | str): `ms_…`; null where it pays the agreement or an instalment of it.
            needs_acknowledgement (bool): That is so, and neither party has said that it knows: until one does, nothing else
                of the agreement goes on.
            paid_after_cancel (bool): It was paid although its request had been cancelled or had failed, or its agreement
                was called off.
            paid_tx_hash (None | str): The transaction that paid it, once verified.
            payment (None | SeenPayment):
            receipt_id (None | str): `rcpt_…`, once verified.
            recommended_action (RecommendedAction): What is best done next.
            status (str): `signed`, `submitted`, `cancelled`, `failed`, `expired`, `router_verified` or
                `router_payment_proof_inspection_required`.
            submitted_tx_hash (None | str): The transaction that the payer named, or that was seen.
            unit (PaymentUnit): What a request pays.
            updated_at (str): When it last changed.
            proof_issues (list[ProofIssue] | Unset): What does not match, where something does not.
            recovered_from (None | str | Unset): The status it was recovered from, where it was paid after it had ended.
            status_reason (None | str | Unset): Why it failed: `reverted`, `token_transfer_blocked` (the token is paused or
                has a party on its list), `not_this_payment` or `unit_paid`; or why it was cancelled.
            unpayable_reason (None | str | Unset): `signature_revoked`: the key that signed it may not sign any more, so the
                router refuses it. Cancel it and ask again; what was paid before stays paid.
    """

    actor_permissions: ActorPermissions | None
    available_actions: list[AvailableAction]
    confirmations: Confirmations | None
    contract_id: str
    created_at: str
    id: str
    is_expired: bool
    is_payable: bool
    milestone_id: None | str
    needs_acknowledgement: bool
    paid_after_cancel: bool
    paid_tx_hash: None | str
    payment: None | SeenPayment
    receipt_id: None | str
    recommended_action: RecommendedAction
    status: str
    submitted_tx_hash: None | str
    unit: PaymentUnit
    updated_at: str
    proof_issues: list[ProofIssue] | Unset = UNSET
    recovered_from: None | str | Unset = UNSET
    status_reason: None | str | Unset = UNSET
    unpayable_reason: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.actor_permissions import ActorPermissions  # noqa: PLC0415
        from ..models.confirmations import Confirmations  # noqa: PLC0415
        from ..models.seen_payment import SeenPayment  # noqa: PLC0415

        actor_permissions: dict[str, Any] | None
        if isinstance(self.actor_permissions, ActorPermissions):
            actor_permissions = self.actor_permissions.to_dict()
        else:
            actor_permissions = self.actor_permissions

        available_actions = []
        for available_actions_item_data in self.available_actions:
            available_actions_item = available_actions_item_data.to_dict()
            available_actions.append(available_actions_item)

        confirmations: dict[str, Any] | None
        if isinstance(self.confirmations, Confirmations):
            confirmations = self.confirmations.to_dict()
        else:
            confirmations = self.confirmations

        contract_id = self.contract_id

        created_at = self.created_at

        id = self.id

        is_expired = self.is_expired

        is_payable = self.is_payable

        milestone_id: None | str
        milestone_id = self.milestone_id

        needs_acknowledgement = self.needs_acknowledgement

        paid_after_cancel = self.paid_after_cancel

        paid_tx_hash: None | str
        paid_tx_hash = self.paid_tx_hash

        payment: dict[str, Any] | None
        if isinstance(self.payment, SeenPayment):
            payment = self.payment.to_dict()
        else:
            payment = self.payment

        receipt_id: None | str
        receipt_id = self.receipt_id

        recommended_action = self.recommended_action.to_dict()

        status = self.status

        submitted_tx_hash: None | str
        submitted_tx_hash = self.submitted_tx_hash

        unit = self.unit.to_dict()

        updated_at = self.updated_at

        proof_issues: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.proof_issues, Unset):
            proof_issues = []
            for proof_issues_item_data in self.proof_issues:
                proof_issues_item = proof_issues_item_data.to_dict()
                proof_issues.append(proof_issues_item)

        recovered_from: None | str | Unset
        if isinstance(self.recovered_from, Unset):
            recovered_from = UNSET
        else:
            recovered_from = self.recovered_from

        status_reason: None | str | Unset
        if isinstance(self.status_reason, Unset):
            status_reason = UNSET
        else:
            status_reason = self.status_reason

        unpayable_reason: None | str | Unset
        if isinstance(self.unpayable_reason, Unset):
            unpayable_reason = UNSET
        else:
            unpayable_reason = self.unpayable_reason

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "actorPermissions": actor_permissions,
                "availableActions": available_actions,
                "confirmations": confirmations,
                "contractId": contract_id,
                "createdAt": created_at,
                "id": id,
                "isExpired": is_expired,
                "isPayable": is_payable,
                "milestoneId": milestone_id,
                "needsAcknowledgement": needs_acknowledgement,
                "paidAfterCancel": paid_after_cancel,
                "paidTxHash": paid_tx_hash,
                "payment": payment,
                "receiptId": receipt_id,
                "recommendedAction": recommended_action,
                "status": status,
                "submittedTxHash": submitted_tx_hash,
                "unit": unit,
                "updatedAt": updated_at,
            }
        )
        if proof_issues is not UNSET:
            field_dict["proofIssues"] = proof_issues
        if recovered_from is not UNSET:
            field_dict["recoveredFrom"] = recovered_from
        if status_reason is not UNSET:
            field_dict["statusReason"] = status_reason
        if unpayable_reason is not UNSET:
            field_dict["unpayableReason"] = unpayable_reason

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.actor_permissions import ActorPermissions  # noqa: PLC0415
        from ..models.available_action import AvailableAction  # noqa: PLC0415
        from ..models.confirmations import Confirmations  # noqa: PLC0415
        from ..models.payment_unit import PaymentUnit  # noqa: PLC0415
        from ..models.proof_issue import ProofIssue  # noqa: PLC0415
        from ..models.recommended_action import RecommendedAction  # noqa: PLC0415
        from ..models.seen_payment import SeenPayment  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_actor_permissions(data: object) -> ActorPermissions | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                actor_permissions_type_0 = ActorPermissions.from_dict(data)

                return actor_permissions_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ActorPermissions | None, data)

        actor_permissions = _parse_actor_permissions(d.pop("actorPermissions"))

        available_actions = []
        _available_actions = d.pop("availableActions")
        for available_actions_item_data in _available_actions:
            available_actions_item = AvailableAction.from_dict(available_actions_item_data)

            available_actions.append(available_actions_item)

        def _parse_confirmations(data: object) -> Confirmations | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                confirmations_type_0 = Confirmations.from_dict(data)

                return confirmations_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Confirmations | None, data)

        confirmations = _parse_confirmations(d.pop("confirmations"))

        contract_id = d.pop("contractId")

        created_at = d.pop("createdAt")

        id = d.pop("id")

        is_expired = d.pop("isExpired")

        is_payable = d.pop("isPayable")

        def _parse_milestone_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        milestone_id = _parse_milestone_id(d.pop("milestoneId"))

        needs_acknowledgement = d.pop("needsAcknowledgement")

        paid_after_cancel = d.pop("paidAfterCancel")

        def _parse_paid_tx_hash(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        paid_tx_hash = _parse_paid_tx_hash(d.pop("paidTxHash"))

        def _parse_payment(data: object) -> None | SeenPayment:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                payment_type_0 = SeenPayment.from_dict(data)

                return payment_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | SeenPayment, data)

        payment = _parse_payment(d.pop("payment"))

        def _parse_receipt_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        receipt_id = _parse_receipt_id(d.pop("receiptId"))

        recommended_action = RecommendedAction.from_dict(d.pop("recommendedAction"))

        status = d.pop("status")

        def _parse_submitted_tx_hash(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        submitted_tx_hash = _parse_submitted_tx_hash(d.pop("submittedTxHash"))

        unit = PaymentUnit.from_dict(d.pop("unit"))

        updated_at = d.pop("updatedAt")

        _proof_issues = d.pop("proofIssues", UNSET)
        proof_issues: list[ProofIssue] | Unset = UNSET
        if _proof_issues is not UNSET:
            proof_issues = []
            for proof_issues_item_data in _proof_issues:
                proof_issues_item = ProofIssue.from_dict(proof_issues_item_data)

                proof_issues.append(proof_issues_item)

        def _parse_recovered_from(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        recovered_from = _parse_recovered_from(d.pop("recoveredFrom", UNSET))

        def _parse_status_reason(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        status_reason = _parse_status_reason(d.pop("statusReason", UNSET))

        def _parse_unpayable_reason(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        unpayable_reason = _parse_unpayable_reason(d.pop("unpayableReason", UNSET))

        payment_request = cls(
            actor_permissions=actor_permissions,
            available_actions=available_actions,
            confirmations=confirmations,
            contract_id=contract_id,
            created_at=created_at,
            id=id,
            is_expired=is_expired,
            is_payable=is_payable,
            milestone_id=milestone_id,
            needs_acknowledgement=needs_acknowledgement,
            paid_after_cancel=paid_after_cancel,
            paid_tx_hash=paid_tx_hash,
            payment=payment,
            receipt_id=receipt_id,
            recommended_action=recommended_action,
            status=status,
            submitted_tx_hash=submitted_tx_hash,
            unit=unit,
            updated_at=updated_at,
            proof_issues=proof_issues,
            recovered_from=recovered_from,
            status_reason=status_reason,
            unpayable_reason=unpayable_reason,
        )

        payment_request.additional_properties = d
        return payment_request

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
