from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.available_action import AvailableAction
    from ..models.milestone_delivery import MilestoneDelivery
    from ..models.milestone_recommendation import MilestoneRecommendation


T = TypeVar("T", bound="Milestone")


@_attrs_define
class Milestone:
    """A part of an agreement that is delivered, accepted and paid by itself.

    Attributes:
        acceptance_criteria (list[str]): When it counts as done.
        amount_atomic (str): What the seller receives for it, atomic units.
        available_actions (list[AvailableAction]): What the reader may do.
        contract_id (str): The agreement.
        created_at (str): When it was added.
        current_delivery (MilestoneDelivery | None):
        description (None | str): What is to be done, at length.
        due_at (None | str): When it should be delivered.
        id (str): `ms_…`
        payment_request_id (None | str): The request that is live or has paid it.
        payment_status (str): `not_due`, `payment_due` (accepted and unpaid), `pending`, `paid` or
            `inspection_required`.
        position (int): Its place in the plan, from 1.
        recommended_action (MilestoneRecommendation): What is best done next.
        status (str): `proposed`, `active`, `submitted`, `accepted`, `rejected` or `cancelled`.
        status_reason (None | str): Why it was rejected.
        title (str): What is to be done, in one line.
        updated_at (str): When it last changed.
        version (int): Grows with every change; `expectedVersion` of the next one.
    """

    acceptance_criteria: list[str]
    amount_atomic: str
    available_actions: list[AvailableAction]
    contract_id: str
    created_at: str
    current_delivery: MilestoneDelivery | None
    description: None | str
    due_at: None | str
    id: str
    payment_request_id: None | str
    payment_status: str
    position: int
    recommended_action: MilestoneRecommendation
    status: str
    status_reason: None | str
    title: str
    updated_at: str
    version: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.milestone_delivery import MilestoneDelivery  # noqa: PLC0415

        acceptance_criteria = self.acceptance_criteria

        amount_atomic = self.amount_atomic

        available_actions = []
        for available_actions_item_data in self.available_actions:
            available_actions_item = available_actions_item_data.to_dict()
            available_actions.append(available_actions_item)

        contract_id = self.contract_id

        created_at = self.created_at

        current_delivery: dict[str, Any] | None
        if isinstance(self.current_delivery, MilestoneDelivery):
            current_delivery = self.current_delivery.to_dict()
        else:
            current_delivery = self.current_delivery

        description: None | str
        description = self.description

        due_at: None | str
        due_at = self.due_at

        id = self.id

        payment_request_id: None | str
        payment_request_id = self.payment_request_id

        payment_status = self.payment_status

        position = self.position

        recommended_action = self.recommended_action.to_dict()

        status = self.status

        status_reason: None | str
        status_reason = self.status_reason

        title = self.title

        updated_at = self.updated_at

        version = self.version

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "acceptanceCriteria": acceptance_criteria,
                "amountAtomic": amount_atomic,
                "availableActions": available_actions,
                "contractId": contract_id,
                "createdAt": created_at,
                "currentDelivery": current_delivery,
                "description": description,
                "dueAt": due_at,
                "id": id,
                "paymentRequestId": payment_request_id,
                "paymentStatus": payment_status,
                "position": position,
                "recommendedAction": recommended_action,
                "status": status,
                "statusReason": status_reason,
                "title": title,
                "updatedAt": updated_at,
                "version": version,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.available_action import AvailableAction  # noqa: PLC0415
        from ..models.milestone_delivery import MilestoneDelivery  # noqa: PLC0415
        from ..models.milestone_recommendation import (
            MilestoneRecommendation,  # noqa: PLC0415
        )

        d = dict(src_dict)
        acceptance_criteria = cast(list[str], d.pop("acceptanceCriteria"))

        amount_atomic = d.pop("amountAtomic")

        available_actions = []
        _available_actions = d.pop("availableActions")
        for available_actions_item_data in _available_actions:
            available_actions_item = AvailableAction.from_dict(available_actions_item_data)

            available_actions.append(available_actions_item)

        contract_id = d.pop("contractId")

        created_at = d.pop("createdAt")

        def _parse_current_delivery(data: object) -> MilestoneDelivery | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                current_delivery_type_0 = MilestoneDelivery.from_dict(data)

                return current_delivery_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(MilestoneDelivery | None, data)

        current_delivery = _parse_current_delivery(d.pop("currentDelivery"))

        def _parse_description(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        description = _parse_description(d.pop("description"))

        def _parse_due_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        due_at = _parse_due_at(d.pop("dueAt"))

        id = d.pop("id")

        def _parse_payment_request_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        payment_request_id = _parse_payment_request_id(d.pop("paymentRequestId"))

        payment_status = d.pop("paymentStatus")

        position = d.pop("position")

        recommended_action = MilestoneRecommendation.from_dict(d.pop("recommendedAction"))

        status = d.pop("status")

        def _parse_status_reason(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        status_reason = _parse_status_reason(d.pop("statusReason"))

        title = d.pop("title")

        updated_at = d.pop("updatedAt")

        version = d.pop("version")

        milestone = cls(
            acceptance_criteria=acceptance_criteria,
            amount_atomic=amount_atomic,
            available_actions=available_actions,
            contract_id=contract_id,
            created_at=created_at,
            current_delivery=current_delivery,
            description=description,
            due_at=due_at,
            id=id,
            payment_request_id=payment_request_id,
            payment_status=payment_status,
            position=position,
            recommended_action=recommended_action,
            status=status,
            status_reason=status_reason,
            title=title,
            updated_at=updated_at,
            version=version,
        )

        milestone.additional_properties = d
        return milestone

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
