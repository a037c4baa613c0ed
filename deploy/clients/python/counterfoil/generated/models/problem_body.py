from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.code import Code, check_code
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.check import Check
    from ..models.payment_request_summary import PaymentRequestSummary
    from ..models.proof_issue import ProofIssue
    from ..models.recommended_step import RecommendedStep


T = TypeVar("T", bound="ProblemBody")


@_attrs_define
class ProblemBody:
    """The body of every answer that is not a success (RFC 9457).

    Example:
        {'code': 'not_found', 'detail': 'there is nothing here that this token may see', 'error': 'there is nothing here
            that this token may see', 'instance': '/api/agent/contracts/agr_01ARZ3NDEKTSV4RRFFQ69G5FAV', 'requestId':
            'req_01ARZ3NDEKTSV4RRFFQ69G5FAV', 'retryable': False, 'status': 404, 'title': 'Not found', 'type':
            '/docs/errors/not_found'}

    Attributes:
        code (Code): Why a request was not done: one of a closed list; `/docs/errors/{code}` says what to do about each.
        detail (str): What happened this time.
        error (str): The same text as `detail`.
        instance (str): The path that was asked for.
        request_id (str): The id under which the instance's log has this request; also in `X-Request-ID`.
        retryable (bool): Whether the same request may succeed later, unchanged.
        status (int): The HTTP status.
        title (str): The same for every occurrence of the code.
        type_ (str): Page that explains the code.
        active_payment_request (None | PaymentRequestSummary | Unset):
        actor_role (None | str | Unset): `role_required`: who you are.
        available_after (None | str | Unset): `overlapping_payload_alive`: when the other payload is dead.
        block_hash (None | str | Unset): `receipt_revoked`: the block that is no longer on the chain.
        checks (list[Check] | None | Unset): `/ready`: what was looked at.
        contract_id (None | str | Unset): `external_ref_taken`: the agreement that has the reference.
        current_plan_version (int | None | Unset): `stale`: the present `version` of the plan.
        current_status (None | str | Unset): The present state, where that is in the way.
        current_version (int | None | Unset): `stale`: the present `version` of the milestone or the dispute.
        delayed_by (None | str | Unset): Why the chain cannot be asked now: `indexer_not_started`, `indexer_lagging` or
            `indexer_halted`.
        dispute_id (None | str | Unset): `not_allowed`: the dispute that is open.
        duplicate (None | str | Unset): `conflict`: what there is already.
        expected_digest (None | str | Unset): `consent_invalid`: the digest that should have been signed.
        field (None | str | Unset): The field or parameter that was refused, as a path like `terms.amountAtomic`.
        limit (None | str | Unset): `rate_limited`: which limit was reached, as `RateLimit-Policy` names it.
        log_index (int | None | Unset): `receipt_revoked`: the event in that block.
        missing_scopes (list[str] | None | Unset): `insufficient_scope`: what the token lacks.
        open_amount_atomic (None | str | Unset): `exceeds_open_amount`: what is still open.
        payment_request_id (None | str | Unset): The payment request that is in the way.
        payment_request_ids (list[str] | None | Unset): `payment_acknowledgement_required`: the payment requests to look
            at.
        proof_issues (list[ProofIssue] | None | Unset): `router_payment_proof_inspection_required`: what does not match.
        receipt_id (None | str | Unset): The receipt of what is paid already.
        receipt_url (None | str | Unset): Where that receipt is.
        recommended_action (None | RecommendedStep | Unset):
        refund_request_id (None | str | Unset): The refund request that is meant.
        remaining_refundable_atomic (None | str | Unset): `exceeds_refundable`: what no other refund has reserved.
        required_role (None | str | Unset): `role_required`: who may do it.
        required_scope_mode (None | str | Unset): `insufficient_scope`: whether it needs `all` of them or `any`.
        required_scopes (list[str] | None | Unset): `insufficient_scope`: what the operation needs.
        revoked_at (None | str | Unset): `receipt_revoked`: when the chain took the payment back.
        terms_hash (None | str | Unset): `external_ref_taken`: the hash of its terms.
        tx_hash (None | str | Unset): The transaction that pays it.
        unplanned_amount_atomic (None | str | Unset): `exceeds_agreed_amount`: what is left to plan.
        updated_at (None | str | Unset): `stale`, `not_allowed`: the present `updatedAt`.
        retry_after_seconds (int | None | Unset): When to ask again, in seconds; also in `Retry-After`.
    """

    code: Code
    detail: str
    error: str
    instance: str
    request_id: str
    retryable: bool
    status: int
    title: str
    type_: str
    active_payment_request: None | PaymentRequestSummary | Unset = UNSET
    actor_role: None | str | Unset = UNSET
    available_after: None | str | Unset = UNSET
    block_hash: None | str | Unset = UNSET
    checks: list[Check] | None | Unset = UNSET
    contract_id: None | str | Unset = UNSET
    current_plan_version: int | None | Unset = UNSET
    current_status: None | str | Unset = UNSET
    current_version: int | None | Unset = UNSET
    delayed_by: None | str | Unset = UNSET
    dispute_id: None | str | Unset = UNSET
    duplicate: None | str | Unset = UNSET
    expected_digest: None | str | Unset = UNSET
    field: None | str | Unset = UNSET
    limit: None | str | Unset = UNSET
    log_index: int | None | Unset = UNSET
    missing_scopes: list[str] | None | Unset = UNSET
    open_amount_atomic: None | str | Unset = UNSET
    payment_request_id: None | str | Unset = UNSET
    payment_request_ids: list[str] | None | Unset = UNSET
    proof_issues: list[ProofIssue] | None | Unset = UNSET
    receipt_id: None | str | Unset = UNSET
    receipt_url: None | str | Unset = UNSET
    recommended_action: None | RecommendedStep | Unset = UNSET
    refund_request_id: None | str | Unset = UNSET
    remaining_refundable_atomic: None | str | Unset = UNSET
    required_role: None | str | Unset = UNSET
    required_scope_mode: None | str | Unset = UNSET
    required_scopes: list[str] | None | Unset = UNSET
    revoked_at: None | str | Unset = UNSET
    terms_hash: None | str | Unset = UNSET
    tx_hash: None | str | Unset = UNSET
    unplanned_amount_atomic: None | str | Unset = UNSET
    updated_at: None | str | Unset = UNSET
    retry_after_seconds: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.payment_request_summary import (
            PaymentRequestSummary,  # noqa: PLC0415
        )
        from ..models.recommended_step import RecommendedStep  # noqa: PLC0415

        code: str = self.code

        detail = self.detail

        error = self.error

        instance = self.instance

        request_id = self.request_id

        retryable = self.retryable

        status = self.status

        title = self.title

        type_ = self.type_

        active_payment_request: dict[str, Any] | None | Unset
        if isinstance(self.active_payment_request, Unset):
            active_payment_request = UNSET
        elif isinstance(self.active_payment_request, PaymentRequestSummary):
            active_payment_request = self.active_payment_request.to_dict()
        else:
            active_payment_request = self.active_payment_request

        actor_role: None | str | Unset
        if isinstance(self.actor_role, Unset):
            actor_role = UNSET
        else:
            actor_role = self.actor_role

        available_after: None | str | Unset
        if isinstance(self.available_after, Unset):
            available_after = UNSET
        else:
            available_after = self.available_after

        block_hash: None | str | Unset
        if isinstance(self.block_hash, Unset):
            block_hash = UNSET
        else:
            block_hash = self.block_hash

        checks: list[dict[str, Any]] | None | Unset
        if isinstance(self.checks, Unset):
            checks = UNSET
        elif isinstance(self.checks, list):
            checks = []
            for checks_type_0_item_data in self.checks:
                checks_type_0_item = checks_type_0_item_data.to_dict()
                checks.append(checks_type_0_item)

        else:
            checks = self.checks

        contract_id: None | str | Unset
        if isinstance(self.contract_id, Unset):
            contract_id = UNSET
        else:
            contract_id = self.contract_id

        current_plan_version: int | None | Unset
        if isinstance(self.current_plan_version, Unset):
            current_plan_version = UNSET
        else:
            current_plan_version = self.current_plan_version

        current_status: None | str | Unset
        if isinstance(self.current_status, Unset):
            current_status = UNSET
        else:
            current_status = self.current_status

        current_version: int | None | Unset
        if isinstance(self.current_version, Unset):
            current_version = UNSET
        else:
            current_version = self.current_version

        delayed_by: None | str | Unset
        if isinstance(self.delayed_by, Unset):
            delayed_by = UNSET
        else:
            delayed_by = self.delayed_by

        dispute_id: None | str | Unset
        if isinstance(self.dispute_id, Unset):
            dispute_id = UNSET
        else:
            dispute_id = self.dispute_id

        duplicate: None | str | Unset
        if isinstance(self.duplicate, Unset):
            duplicate = UNSET
        else:
            duplicate = self.duplicate

        expected_digest: None | str | Unset
        if isinstance(self.expected_digest, Unset):
            expected_digest = UNSET
        else:
            expected_digest = self.expected_digest

        field: None | str | Unset
        if isinstance(self.field, Unset):
            field = UNSET
        else:
            field = self.field

        limit: None | str | Unset
        if isinstance(self.limit, Unset):
            limit = UNSET
        else:
            limit = self.limit

        log_index: int | None | Unset
        if isinstance(self.log_index, Unset):
            log_index = UNSET
        else:
            log_index = self.log_index

        missing_scopes: list[str] | None | Unset
        if isinstance(self.missing_scopes, Unset):
            missing_scopes = UNSET
        elif isinstance(self.missing_scopes, list):
            missing_scopes = self.missing_scopes

        else:
            missing_scopes = self.missing_scopes

        open_amount_atomic: None | str | Unset
        if isinstance(self.open_amount_atomic, Unset):
            open_amount_atomic = UNSET
        else:
            open_amount_atomic = self.open_amount_atomic

        payment_request_id: None | str | Unset
        if isinstance(self.payment_request_id, Unset):
            payment_request_id = UNSET
        else:
            payment_request_id = self.payment_request_id

        payment_request_ids: list[str] | None | Unset
        if isinstance(self.payment_request_ids, Unset):
            payment_request_ids = UNSET
        elif isinstance(self.payment_request_ids, list):
            payment_request_ids = self.payment_request_ids

        else:
            payment_request_ids = self.payment_request_ids

        proof_issues: list[dict[str, Any]] | None | Unset
        if isinstance(self.proof_issues, Unset):
            proof_issues = UNSET
        elif isinstance(self.proof_issues, list):
            proof_issues = []
            for proof_issues_type_0_item_data in self.proof_issues:
                proof_issues_type_0_item = proof_issues_type_0_item_data.to_dict()
                proof_issues.append(proof_issues_type_0_item)

        else:
            proof_issues = self.proof_issues

        receipt_id: None | str | Unset
        if isinstance(self.receipt_id, Unset):
            receipt_id = UNSET
        else:
            receipt_id = self.receipt_id

        receipt_url: None | str | Unset
        if isinstance(self.receipt_url, Unset):
            receipt_url = UNSET
        else:
            receipt_url = self.receipt_url

        recommended_action: dict[str, Any] | None | Unset
        if isinstance(self.recommended_action, Unset):
            recommended_action = UNSET
        elif isinstance(self.recommended_action, RecommendedStep):
            recommended_action = self.recommended_action.to_dict()
        else:
            recommended_action = self.recommended_action

        refund_request_id: None | str | Unset
        if isinstance(self.refund_request_id, Unset):
            refund_request_id = UNSET
        else:
            refund_request_id = self.refund_request_id

        remaining_refundable_atomic: None | str | Unset
        if isinstance(self.remaining_refundable_atomic, Unset):
            remaining_refundable_atomic = UNSET
        else:
            remaining_refundable_atomic = self.remaining_refundable_atomic

        required_role: None | str | Unset
        if isinstance(self.required_role, Unset):
            required_role = UNSET
        else:
            required_role = self.required_role

        required_scope_mode: None | str | Unset
        if isinstance(self.required_scope_mode, Unset):
            required_scope_mode = UNSET
        else:
            required_scope_mode = self.required_scope_mode

        required_scopes: list[str] | None | Unset
        if isinstance(self.required_scopes, Unset):
            required_scopes = UNSET
        elif isinstance(self.required_scopes, list):
            required_scopes = self.required_scopes

        else:
            required_scopes = self.required_scopes

        revoked_at: None | str | Unset
        if isinstance(self.revoked_at, Unset):
            revoked_at = UNSET
        else:
            revoked_at = self.revoked_at

        terms_hash: None | str | Unset
        if isinstance(self.terms_hash, Unset):
            terms_hash = UNSET
        else:
            terms_hash = self.terms_hash

        tx_hash: None | str | Unset
        if isinstance(self.tx_hash, Unset):
            tx_hash = UNSET
        else:
            tx_hash = self.tx_hash

        unplanned_amount_atomic: None | str | Unset
        if isinstance(self.unplanned_amount_atomic, Unset):
            unplanned_amount_atomic = UNSET
        else:
            unplanned_amount_atomic = self.unplanned_amount_atomic

        updated_at: None | str | Unset
        if isinstance(self.updated_at, Unset):
            updated_at = UNSET
        else:
            updated_at = self.updated_at

        retry_after_seconds: int | None | Unset
        if isinstance(self.retry_after_seconds, Unset):
            retry_after_seconds = UNSET
        else:
            retry_after_seconds = self.retry_after_seconds

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "code": code,
                "detail": detail,
                "error": error,
                "instance": instance,
                "requestId": request_id,
                "retryable": retryable,
                "status": status,
                "title": title,
                "type": type_,
            }
        )
        if active_payment_request is not UNSET:
            field_dict["activePaymentRequest"] = active_payment_request
        if actor_role is not UNSET:
            field_dict["actorRole"] = actor_role
        if available_after is not UNSET:
            field_dict["availableAfter"] = available_after
        if block_hash is not UNSET:
            field_dict["blockHash"] = block_hash
        if checks is not UNSET:
            field_dict["checks"] = checks
        if contract_id is not UNSET:
            field_dict["contractId"] = contract_id
        if current_plan_version is not UNSET:
            field_dict["currentPlanVersion"] = current_plan_version
        if current_status is not UNSET:
            field_dict["currentStatus"] = current_status
        if current_version is not UNSET:
            field_dict["currentVersion"] = current_version
        if delayed_by is not UNSET:
            field_dict["delayedBy"] = delayed_by
        if dispute_id is not UNSET:
            field_dict["disputeId"] = dispute_id
        if duplicate is not UNSET:
            field_dict["duplicate"] = duplicate
        if expected_digest is not UNSET:
            field_dict["expectedDigest"] = expected_digest
        if field is not UNSET:
            field_dict["field"] = field
        if limit is not UNSET:
            field_dict["limit"] = limit
        if log_index is not UNSET:
            field_dict["logIndex"] = log_index
        if missing_scopes is not UNSET:
            field_dict["missingScopes"] = missing_scopes
        if open_amount_atomic is not UNSET:
            field_dict["openAmountAtomic"] = open_amount_atomic
        if payment_request_id is not UNSET:
            field_dict["paymentRequestId"] = payment_request_id
        if payment_request_ids is not UNSET:
            field_dict["paymentRequestIds"] = payment_request_ids
        if proof_issues is not UNSET:
            field_dict["proofIssues"] = proof_issues
        if receipt_id is not UNSET:
            field_dict["receiptId"] = receipt_id
        if receipt_url is not UNSET:
            field_dict["receiptUrl"] = receipt_url
        if recommended_action is not UNSET:
            field_dict["recommendedAction"] = recommended_action
        if refund_request_id is not UNSET:
            field_dict["refundRequestId"] = refund_request_id
        if remaining_refundable_atomic is not UNSET:
            field_dict["remainingRefundableAtomic"] = remaining_refundable_atomic
        if required_role is not UNSET:
            field_dict["requiredRole"] = required_role
        if required_scope_mode is not UNSET:
            field_dict["requiredScopeMode"] = required_scope_mode
        if required_scopes is not UNSET:
            field_dict["requiredScopes"] = required_scopes
        if revoked_at is not UNSET:
            field_dict["revokedAt"] = revoked_at
        if terms_hash is not UNSET:
            field_dict["termsHash"] = terms_hash
        if tx_hash is not UNSET:
            field_dict["txHash"] = tx_hash
        if unplanned_amount_atomic is not UNSET:
            field_dict["unplannedAmountAtomic"] = unplanned_amount_atomic
        if updated_at is not UNSET:
            field_dict["updatedAt"] = updated_at
        if retry_after_seconds is not UNSET:
            field_dict["retryAfterSeconds"] = retry_after_seconds

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.check import Check  # noqa: PLC0415
        from ..models.payment_request_summary import (
            PaymentRequestSummary,  # noqa: PLC0415
        )
        from ..models.proof_issue import ProofIssue  # noqa: PLC0415
        from ..models.recommended_step import RecommendedStep  # noqa: PLC0415

        d = dict(src_dict)
        code = check_code(d.pop("code"))

        detail = d.pop("detail")

        error = d.pop("error")

        instance = d.pop("instance")

        request_id = d.pop("requestId")

        retryable = d.pop("retryable")

        status = d.pop("status")

        title = d.pop("title")

        type_ = d.pop("type")

        def _parse_active_payment_request(data: object) -> None | PaymentRequestSummary | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                active_payment_request_type_0 = PaymentRequestSummary.from_dict(data)

                return active_payment_request_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | PaymentRequestSummary | Unset, data)

        active_payment_request = _parse_active_payment_request(d.pop("activePaymentRequest", UNSET))

        def _parse_actor_role(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        actor_role = _parse_actor_role(d.pop("actorRole", UNSET))

        def _parse_available_after(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        available_after = _parse_available_after(d.pop("availableAfter", UNSET))

        def _parse_block_hash(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        block_hash = _parse_block_hash(d.pop("blockHash", UNSET))

        def _parse_checks(data: object) -> list[Check] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                checks_type_0 = []
                _checks_type_0 = data
                for checks_type_0_item_data in _checks_type_0:
                    checks_type_0_item = Check.from_dict(checks_type_0_item_data)

                    checks_type_0.append(checks_type_0_item)

                return checks_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[Check] | None | Unset, data)

        checks = _parse_checks(d.pop("checks", UNSET))

        def _parse_contract_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        contract_id = _parse_contract_id(d.pop("contractId", UNSET))

        def _parse_current_plan_version(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        current_plan_version = _parse_current_plan_version(d.pop("currentPlanVersion", UNSET))

        def _parse_current_status(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        current_status = _parse_current_status(d.pop("currentStatus", UNSET))

        def _parse_current_version(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        current_version = _parse_current_version(d.pop("currentVersion", UNSET))

        def _parse_delayed_by(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        delayed_by = _parse_delayed_by(d.pop("delayedBy", UNSET))

        def _parse_dispute_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        dispute_id = _parse_dispute_id(d.pop("disputeId", UNSET))

        def _parse_duplicate(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        duplicate = _parse_duplicate(d.pop("duplicate", UNSET))

        def _parse_expected_digest(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        expected_digest = _parse_expected_digest(d.pop("expectedDigest", UNSET))

        def _parse_field(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        field = _parse_field(d.pop("field", UNSET))

        def _parse_limit(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        limit = _parse_limit(d.pop("limit", UNSET))

        def _parse_log_index(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        log_index = _parse_log_index(d.pop("logIndex", UNSET))

        def _parse_missing_scopes(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                missing_scopes_type_0 = cast(list[str], data)

                return missing_scopes_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        missing_scopes = _parse_missing_scopes(d.pop("missingScopes", UNSET))

        def _parse_open_amount_atomic(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        open_amount_atomic = _parse_open_amount_atomic(d.pop("openAmountAtomic", UNSET))

        def _parse_payment_request_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        payment_request_id = _parse_payment_request_id(d.pop("paymentRequestId", UNSET))

        def _parse_payment_request_ids(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                payment_request_ids_type_0 = cast(list[str], data)

                return payment_request_ids_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        payment_request_ids = _parse_payment_request_ids(d.pop("paymentRequestIds", UNSET))

        def _parse_proof_issues(data: object) -> list[ProofIssue] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                proof_issues_type_0 = []
                _proof_issues_type_0 = data
                for proof_issues_type_0_item_data in _proof_issues_type_0:
                    proof_issues_type_0_item = ProofIssue.from_dict(proof_issues_type_0_item_data)

                    proof_issues_type_0.append(proof_issues_type_0_item)

                return proof_issues_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[ProofIssue] | None | Unset, data)

        proof_issues = _parse_proof_issues(d.pop("proofIssues", UNSET))

        def _parse_receipt_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        receipt_id = _parse_receipt_id(d.pop("receiptId", UNSET))

        def _parse_receipt_url(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        receipt_url = _parse_receipt_url(d.pop("receiptUrl", UNSET))

        def _parse_recommended_action(data: object) -> None | RecommendedStep | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                recommended_action_type_0 = RecommendedStep.from_dict(data)

                return recommended_action_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RecommendedStep | Unset, data)

        recommended_action = _parse_recommended_action(d.pop("recommendedAction", UNSET))

        def _parse_refund_request_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        refund_request_id = _parse_refund_request_id(d.pop("refundRequestId", UNSET))

        def _parse_remaining_refundable_atomic(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        remaining_refundable_atomic = _parse_remaining_refundable_atomic(d.pop("remainingRefundableAtomic", UNSET))

        def _parse_required_role(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        required_role = _parse_required_role(d.pop("requiredRole", UNSET))

        def _parse_required_scope_mode(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        required_scope_mode = _parse_required_scope_mode(d.pop("requiredScopeMode", UNSET))

        def _parse_required_scopes(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                required_scopes_type_0 = cast(list[str], data)

                return required_scopes_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        required_scopes = _parse_required_scopes(d.pop("requiredScopes", UNSET))

        def _parse_revoked_at(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        revoked_at = _parse_revoked_at(d.pop("revokedAt", UNSET))

        def _parse_terms_hash(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        terms_hash = _parse_terms_hash(d.pop("termsHash", UNSET))

        def _parse_tx_hash(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        tx_hash = _parse_tx_hash(d.pop("txHash", UNSET))

        def _parse_unplanned_amount_atomic(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        unplanned_amount_atomic = _parse_unplanned_amount_atomic(d.pop("unplannedAmountAtomic", UNSET))

        def _parse_updated_at(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        updated_at = _parse_updated_at(d.pop("updatedAt", UNSET))

        def _parse_retry_after_seconds(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        retry_after_seconds = _parse_retry_after_seconds(d.pop("retryAfterSeconds", UNSET))

        problem_body = cls(
            code=code,
            detail=detail,
            error=error,
            instance=instance,
            request_id=request_id,
            retryable=retryable,
            status=status,
            title=title,
            type_=type_,
            active_payment_request=active_payment_request,
            actor_role=actor_role,
            available_after=available_after,
            block_hash=block_hash,
            checks=checks,
            contract_id=contract_id,
            current_plan_version=current_plan_version,
            current_status=current_status,
            current_version=current_version,
            delayed_by=delayed_by,
            dispute_id=dispute_id,
            duplicate=duplicate,
            expected_digest=expected_digest,
            field=field,
            limit=limit,
            log_index=log_index,
            missing_scopes=missing_scopes,
            open_amount_atomic=open_amount_atomic,
            payment_request_id=payment_request_id,
            payment_request_ids=payment_request_ids,
            proof_issues=proof_issues,
            receipt_id=receipt_id,
            receipt_url=receipt_url,
            recommended_action=recommended_action,
            refund_request_id=refund_request_id,
            remaining_refundable_atomic=remaining_refundable_atomic,
            required_role=required_role,
            required_scope_mode=required_scope_mode,
            required_scopes=required_scopes,
            revoked_at=revoked_at,
            terms_hash=terms_hash,
            tx_hash=tx_hash,
            unplanned_amount_atomic=unplanned_amount_atomic,
            updated_at=updated_at,
            retry_after_seconds=retry_after_seconds,
        )

        problem_body.additional_properties = d
        return problem_body

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
