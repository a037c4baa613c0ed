from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.available_action import AvailableAction
    from ..models.confirmations import Confirmations
    from ..models.proof_issue import ProofIssue
    from ..models.refund_recommendation import RefundRecommendation
    from ..models.refund_settlement import RefundSettlement


T = TypeVar("T", bound="RefundRequest")


@_attrs_define
class RefundRequest:
    """A refund request without anything that can be executed.

    Attributes:
        amount_atomic (str): What the buyer gets back, atomic units.
        asset_id (str): CAIP-19 id of the asset.
        available_actions (list[AvailableAction]): What the reader may do.
        chain_id (int): EIP-155 chain id.
        confirmations (Confirmations | None):
        contract_id (str): The agreement.
        created_at (str): When it was asked for.
        expires_at (None | str): Last block time at which the seller's payload can be executed; null before one was
            signed.
        id (str): `rf_…`
        is_payable (bool): Whether the seller's wallet should execute it now.
        is_payment_verified (bool): Whether that payment is verified now. A reorg can take it away; then nothing is
            approved or handed out until it is back.
        payment_request_id (str): The payment request whose payment is to be paid back.
        platform_fee (str): `platform_fee_not_refundable`: the fee of the payment stays with the operator.
        reason (None | str): Why, in the buyer's words; null where the row cannot be believed any more.
        receipt_id (str): Its receipt.
        recommended_action (RefundRecommendation): What is best done next.
        response (None | str): What whoever answered says to it.
        settlement (None | RefundSettlement):
        status (str): `pending`, `awaiting_seller_settlement` (approved, and nothing has come back yet), `settled`,
            `denied`, `cancelled`, `refund_settlement_mismatch` or
            `refund_inspection_required`.
        token_decimals (int): Decimal places.
        token_symbol (str): Ticker, for people.
        unpayable_reason (None | str): `signature_revoked`: the key that signed the payload may not sign any more, so
            the router refuses it. The seller approves once more and gets another, under
            the same nonce.
        updated_at (str): When it last changed; `expectedUpdatedAt` of an answer.
        settlement_issues (list[ProofIssue] | Unset): What does not match, where something does not.
    """

    amount_atomic: str
    asset_id: str
    available_actions: list[AvailableAction]
    chain_id: int
    confirmations: Confirmations | None
    contract_id: str
    created_at: str
    expires_at: None | str
    id: str
    is_payable: bool
    is_payment_verified: bool
    payment_request_id: str
    platform_fee: str
    reason: None | str
    receipt_id: str
    recommended_action: RefundRecommendation
    response: None | str
    settlement: None | RefundSettlement
    status: str
    token_decimals: int
    token_symbol: str
    unpayable_reason: None | str
    updated_at: str
    settlement_issues: list[ProofIssue] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.confirmations import Confirmations  # noqa: PLC0415
        from ..models.refund_settlement import RefundSettlement  # noqa: PLC0415

        amount_atomic = self.amount_atomic

        asset_id = self.asset_id

        available_actions = []
        for available_actions_item_data in self.available_actions:
            available_actions_item = available_actions_item_data.to_dict()
            available_actions.append(available_actions_item)

        chain_id = self.chain_id

        confirmations: dict[str, Any] | None
        if isinstance(self.confirmations, Confirmations):
            confirmations = self.confirmations.to_dict()
        else:
            confirmations = self.confirmations

        contract_id = self.contract_id

        created_at = self.created_at

        expires_at: None | str
        expires_at = self.expires_at

        id = self.id

        is_payable = self.is_payable

        is_payment_verified = self.is_payment_verified

        payment_request_id = self.payment_request_id

        platform_fee = self.platform_fee

        reason: None | str
        reason = self.reason

        receipt_id = self.receipt_id

        recommended_action = self.recommended_action.to_dict()

        response: None | str
        response = self.response

        settlement: dict[str, Any] | None
        if isinstance(self.settlement, RefundSettlement):
            settlement = self.settlement.to_dict()
        else:
            settlement = self.settlement

        status = self.status

        token_decimals = self.token_decimals

        token_symbol = self.token_symbol

        unpayable_reason: None | str
        unpayable_reason = self.unpayable_reason

        updated_at = self.updated_at

        settlement_issues: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.settlement_issues, Unset):
            settlement_issues = []
            for settlement_issues_item_data in self.settlement_issues:
                settlement_issues_item = settlement_issues_item_data.to_dict()
                settlement_issues.append(settlement_issues_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "amountAtomic": amount_atomic,
                "assetId": asset_id,
                "availableActions": available_actions,
                "chainId": chain_id,
                "confirmations": confirmations,
                "contractId": contract_id,
                "createdAt": created_at,
                "expiresAt": expires_at,
                "id": id,
                "isPayable": is_payable,
                "isPaymentVerified": is_payment_verified,
                "paymentRequestId": payment_request_id,
                "platformFee": platform_fee,
                "reason": reason,
                "receiptId": receipt_id,
                "recommendedAction": recommended_action,
                "response": response,
                "settlement": settlement,
                "status": status,
                "tokenDecimals": token_decimals,
                "tokenSymbol": token_symbol,
                "unpayableReason": unpayable_reason,
                "updatedAt": updated_at,
            }
        )
        if settlement_issues is not UNSET:
            field_dict["settlementIssues"] = settlement_issues

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.available_action import AvailableAction  # noqa: PLC0415
        from ..models.confirmations import Confirmations  # noqa: PLC0415
        from ..models.proof_issue import ProofIssue  # noqa: PLC0415
        from ..models.refund_recommendation import RefundRecommendation  # noqa: PLC0415
        from ..models.refund_settlement import RefundSettlement  # noqa: PLC0415

        d = dict(src_dict)
        amount_atomic = d.pop("amountAtomic")

        asset_id = d.pop("assetId")

        available_actions = []
        _available_actions = d.pop("availableActions")
        for available_actions_item_data in _available_actions:
            available_actions_item = AvailableAction.from_dict(available_actions_item_data)

            available_actions.append(available_actions_item)

        chain_id = d.pop("chainId")

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

        def _parse_expires_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        expires_at = _parse_expires_at(d.pop("expiresAt"))

        id = d.pop("id")

        is_payable = d.pop("isPayable")

        is_payment_verified = d.pop("isPaymentVerified")

        payment_request_id = d.pop("paymentRequestId")

        platform_fee = d.pop("platformFee")

        def _parse_reason(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        reason = _parse_reason(d.pop("reason"))

        receipt_id = d.pop("receiptId")

        recommended_action = RefundRecommendation.from_dict(d.pop("recommendedAction"))

        def _parse_response(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        response = _parse_response(d.pop("response"))

        def _parse_settlement(data: object) -> None | RefundSettlement:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                settlement_type_0 = RefundSettlement.from_dict(data)

                return settlement_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RefundSettlement, data)

        settlement = _parse_settlement(d.pop("settlement"))

        status = d.pop("status")

        token_decimals = d.pop("tokenDecimals")

        token_symbol = d.pop("tokenSymbol")

        def _parse_unpayable_reason(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        unpayable_reason = _parse_unpayable_reason(d.pop("unpayableReason"))

        updated_at = d.pop("updatedAt")

        _settlement_issues = d.pop("settlementIssues", UNSET)
        settlement_issues: list[ProofIssue] | Unset = UNSET
        if _settlement_issues is not UNSET:
            settlement_issues = []
            for settlement_issues_item_data in _settlement_issues:
                settlement_issues_item = ProofIssue.from_dict(settlement_issues_item_data)

                settlement_issues.append(settlement_issues_item)

        refund_request = cls(
            amount_atomic=amount_atomic,
            asset_id=asset_id,
            available_actions=available_actions,
            chain_id=chain_id,
            confirmations=confirmations,
            contract_id=contract_id,
            created_at=created_at,
            expires_at=expires_at,
            id=id,
            is_payable=is_payable,
            is_payment_verified=is_payment_verified,
            payment_request_id=payment_request_id,
            platform_fee=platform_fee,
            reason=reason,
            receipt_id=receipt_id,
            recommended_action=recommended_action,
            response=response,
            settlement=settlement,
            status=status,
            token_decimals=token_decimals,
            token_symbol=token_symbol,
            unpayable_reason=unpayable_reason,
            updated_at=updated_at,
            settlement_issues=settlement_issues,
        )

        refund_request.additional_properties = d
        return refund_request

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
