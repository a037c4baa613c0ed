from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.available_action import AvailableAction
    from ..models.contract_milestone_plan import ContractMilestonePlan
    from ..models.contract_party import ContractParty
    from ..models.contract_payment_state import ContractPaymentState
    from ..models.contract_task import ContractTask
    from ..models.contract_terms import ContractTerms
    from ..models.current_delivery import CurrentDelivery
    from ..models.fee_view import FeeView


T = TypeVar("T", bound="Contract")


@_attrs_define
class Contract:
    """An agreement, as one of its participants sees it.

    Attributes:
        actor_role (str): The reader's role: `buyer`, `seller`, `evaluator` or `operator`.
        approved_delivery_package_id (None | str): The delivery that was accepted.
        asset_id (str): CAIP-19 id of the asset.
        available_actions (list[AvailableAction]): What the reader may do.
        buyer (ContractParty): One side of an agreement.
        consent (str): `signatures` or `attested`: how both sides' consent was shown.
        created_at (str): When it was imported.
        current_delivery (CurrentDelivery | None):
        external_ref (str): The importing party's own reference.
        fee (FeeView): A fee policy.
        id (str): `agr_…`
        milestone_plan (ContractMilestonePlan | None):
        payee_address (str): Where the seller is paid by what is signed from now on, EIP-55: the terms' payee, unless
            both have agreed on another since.
        payment_management (str): `buyer`: only the buyer's wallet pays.
        payment_state (ContractPaymentState): Where payment of an agreement stands.
        payout_change_id (None | str): The payout change that says so; null where the terms do.
        seller (ContractParty): One side of an agreement.
        seller_amount_atomic (str): What the seller receives, atomic units.
        source (str): `import`: it was agreed elsewhere.
        status (str): `in_progress`, `submitted`, `accepted`, `rejected` or `cancelled`.
        status_reason (None | str): Why it was rejected or cancelled.
        suggested_action (None | str): What the reader does best next; `none` when there is nothing.
        suggested_action_label (None | str): The same for people.
        task (ContractTask): The work.
        terms (ContractTerms): The agreed terms, as they were hashed (up to the order of keys).
        terms_hash (str): keccak256 of the canonical JSON (RFC 8785) of the terms.
        token_decimals (int): Decimal places.
        token_symbol (str): Ticker, for people.
        updated_at (str): When it last changed; `expectedUpdatedAt` of the next change.
    """

    actor_role: str
    approved_delivery_package_id: None | str
    asset_id: str
    available_actions: list[AvailableAction]
    buyer: ContractParty
    consent: str
    created_at: str
    current_delivery: CurrentDelivery | None
    external_ref: str
    fee: FeeView
    id: str
    milestone_plan: ContractMilestonePlan | None
    payee_address: str
    payment_management: str
    payment_state: ContractPaymentState
    payout_change_id: None | str
    seller: ContractParty
    seller_amount_atomic: str
    source: str
    status: str
    status_reason: None | str
    suggested_action: None | str
    suggested_action_label: None | str
    task: ContractTask
    terms: ContractTerms
    terms_hash: str
    token_decimals: int
    token_symbol: str
    updated_at: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.contract_milestone_plan import (
            ContractMilestonePlan,  # noqa: PLC0415
        )
        from ..models.current_delivery import CurrentDelivery  # noqa: PLC0415

        actor_role = self.actor_role

        approved_delivery_package_id: None | str
        approved_delivery_package_id = self.approved_delivery_package_id

        asset_id = self.asset_id

        available_actions = []
        for available_actions_item_data in self.available_actions:
            available_actions_item = available_actions_item_data.to_dict()
            available_actions.append(available_actions_item)

        buyer = self.buyer.to_dict()

        consent = self.consent

        created_at = self.created_at

        current_delivery: dict[str, Any] | None
        if isinstance(self.current_delivery, CurrentDelivery):
            current_delivery = self.current_delivery.to_dict()
        else:
            current_delivery = self.current_delivery

        external_ref = self.external_ref

        fee = self.fee.to_dict()

        id = self.id

        milestone_plan: dict[str, Any] | None
        if isinstance(self.milestone_plan, ContractMilestonePlan):
            milestone_plan = self.milestone_plan.to_dict()
        else:
            milestone_plan = self.milestone_plan

        payee_address = self.payee_address

        payment_management = self.payment_management

        payment_state = self.payment_state.to_dict()

        payout_change_id: None | str
        payout_change_id = self.payout_change_id

        seller = self.seller.to_dict()

        seller_amount_atomic = self.seller_amount_atomic

        source = self.source

        status = self.status

        status_reason: None | str
        status_reason = self.status_reason

        suggested_action: None | str
        suggested_action = self.suggested_action

        suggested_action_label: None | str
        suggested_action_label = self.suggested_action_label

        task = self.task.to_dict()

        terms = self.terms.to_dict()

        terms_hash = self.terms_hash

        token_decimals = self.token_decimals

        token_symbol = self.token_symbol

        updated_at = self.updated_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "actorRole": actor_role,
                "approvedDeliveryPackageId": approved_delivery_package_id,
                "assetId": asset_id,
                "availableActions": available_actions,
                "buyer": buyer,
                "consent": consent,
                "createdAt": created_at,
                "currentDelivery": current_delivery,
                "externalRef": external_ref,
                "fee": fee,
                "id": id,
                "milestonePlan": milestone_plan,
                "payeeAddress": payee_address,
                "paymentManagement": payment_management,
                "paymentState": payment_state,
                "payoutChangeId": payout_change_id,
                "seller": seller,
                "sellerAmountAtomic": seller_amount_atomic,
                "source": source,
                "status": status,
                "statusReason": status_reason,
                "suggestedAction": suggested_action,
                "suggestedActionLabel": suggested_action_label,
                "task": task,
                "terms": terms,
                "termsHash": terms_hash,
                "tokenDecimals": token_decimals,
                "tokenSymbol": token_symbol,
                "updatedAt": updated_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.available_action import AvailableAction  # noqa: PLC0415
        from ..models.contract_milestone_plan import (
            ContractMilestonePlan,  # noqa: PLC0415
        )
        from ..models.contract_party import ContractParty  # noqa: PLC0415
        from ..models.contract_payment_state import (
            ContractPaymentState,  # noqa: PLC0415
        )
        from ..models.contract_task import ContractTask  # noqa: PLC0415
        from ..models.contract_terms import ContractTerms  # noqa: PLC0415
        from ..models.current_delivery import CurrentDelivery  # noqa: PLC0415
        from ..models.fee_view import FeeView  # noqa: PLC0415

        d = dict(src_dict)
        actor_role = d.pop("actorRole")

        def _parse_approved_delivery_package_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        approved_delivery_package_id = _parse_approved_delivery_package_id(d.pop("approvedDeliveryPackageId"))

        asset_id = d.pop("assetId")

        available_actions = []
        _available_actions = d.pop("availableActions")
        for available_actions_item_data in _available_actions:
            available_actions_item = AvailableAction.from_dict(available_actions_item_data)

            available_actions.append(available_actions_item)

        buyer = ContractParty.from_dict(d.pop("buyer"))

        consent = d.pop("consent")

        created_at = d.pop("createdAt")

        def _parse_current_delivery(data: object) -> CurrentDelivery | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                current_delivery_type_0 = CurrentDelivery.from_dict(data)

                return current_delivery_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(CurrentDelivery | None, data)

        current_delivery = _parse_current_delivery(d.pop("currentDelivery"))

        external_ref = d.pop("externalRef")

        fee = FeeView.from_dict(d.pop("fee"))

        id = d.pop("id")

        def _parse_milestone_plan(data: object) -> ContractMilestonePlan | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                milestone_plan_type_0 = ContractMilestonePlan.from_dict(data)

                return milestone_plan_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ContractMilestonePlan | None, data)

        milestone_plan = _parse_milestone_plan(d.pop("milestonePlan"))

        payee_address = d.pop("payeeAddress")

        payment_management = d.pop("paymentManagement")

        payment_state = ContractPaymentState.from_dict(d.pop("paymentState"))

        def _parse_payout_change_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        payout_change_id = _parse_payout_change_id(d.pop("payoutChangeId"))

        seller = ContractParty.from_dict(d.pop("seller"))

        seller_amount_atomic = d.pop("sellerAmountAtomic")

        source = d.pop("source")

        status = d.pop("status")

        def _parse_status_reason(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        status_reason = _parse_status_reason(d.pop("statusReason"))

        def _parse_suggested_action(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        suggested_action = _parse_suggested_action(d.pop("suggestedAction"))

        def _parse_suggested_action_label(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        suggested_action_label = _parse_suggested_action_label(d.pop("suggestedActionLabel"))

        task = ContractTask.from_dict(d.pop("task"))

        terms = ContractTerms.from_dict(d.pop("terms"))

        terms_hash = d.pop("termsHash")

        token_decimals = d.pop("tokenDecimals")

        token_symbol = d.pop("tokenSymbol")

        updated_at = d.pop("updatedAt")

        contract = cls(
            actor_role=actor_role,
            approved_delivery_package_id=approved_delivery_package_id,
            asset_id=asset_id,
            available_actions=available_actions,
            buyer=buyer,
            consent=consent,
            created_at=created_at,
            current_delivery=current_delivery,
            external_ref=external_ref,
            fee=fee,
            id=id,
            milestone_plan=milestone_plan,
            payee_address=payee_address,
            payment_management=payment_management,
            payment_state=payment_state,
            payout_change_id=payout_change_id,
            seller=seller,
            seller_amount_atomic=seller_amount_atomic,
            source=source,
            status=status,
            status_reason=status_reason,
            suggested_action=suggested_action,
            suggested_action_label=suggested_action_label,
            task=task,
            terms=terms,
            terms_hash=terms_hash,
            token_decimals=token_decimals,
            token_symbol=token_symbol,
            updated_at=updated_at,
        )

        contract.additional_properties = d
        return contract

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
