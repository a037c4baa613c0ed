from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.action_actor import ActionActor
    from ..models.action_blocked import ActionBlocked
    from ..models.action_confirmation import ActionConfirmation
    from ..models.action_entity import ActionEntity
    from ..models.action_idempotency import ActionIdempotency
    from ..models.action_invocation import ActionInvocation
    from ..models.action_payment import ActionPayment


T = TypeVar("T", bound="AvailableAction")


@_attrs_define
class AvailableAction:
    """Something that its reader may do, or could do if something were otherwise. Every key is always there.

    Attributes:
        action (str): What. Example: create_payment_request.
        actor (ActionActor): Who may do it.
        available_after (None | str): When it may become available, ISO-8601.
        available_until (None | str): Until when it is available, ISO-8601.
        blocked_reason (ActionBlocked | None):
        confirmation (ActionConfirmation): Whether to ask a person first.
        due_at (None | str): When it should be done, ISO-8601.
        entity (ActionEntity): What an action is about.
        id (str): The same as long as the same thing is meant.
        idempotency (ActionIdempotency): How to make it safe to repeat.
        invocation (ActionInvocation): The call to make; all null where no call of this API does it.
        label (str): For people.
        payment (ActionPayment | None):
        schema_version (str): `opentask-available-actions-v1`
        state (str): `available` (it would not be refused now), `waiting`, `blocked` or `complete`.
    """

    action: str
    actor: ActionActor
    available_after: None | str
    available_until: None | str
    blocked_reason: ActionBlocked | None
    confirmation: ActionConfirmation
    due_at: None | str
    entity: ActionEntity
    id: str
    idempotency: ActionIdempotency
    invocation: ActionInvocation
    label: str
    payment: ActionPayment | None
    schema_version: str
    state: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.action_blocked import ActionBlocked  # noqa: PLC0415
        from ..models.action_payment import ActionPayment  # noqa: PLC0415

        action = self.action

        actor = self.actor.to_dict()

        available_after: None | str
        available_after = self.available_after

        available_until: None | str
        available_until = self.available_until

        blocked_reason: dict[str, Any] | None
        if isinstance(self.blocked_reason, ActionBlocked):
            blocked_reason = self.blocked_reason.to_dict()
        else:
            blocked_reason = self.blocked_reason

        confirmation = self.confirmation.to_dict()

        due_at: None | str
        due_at = self.due_at

        entity = self.entity.to_dict()

        id = self.id

        idempotency = self.idempotency.to_dict()

        invocation = self.invocation.to_dict()

        label = self.label

        payment: dict[str, Any] | None
        if isinstance(self.payment, ActionPayment):
            payment = self.payment.to_dict()
        else:
            payment = self.payment

        schema_version = self.schema_version

        state = self.state

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "action": action,
                "actor": actor,
                "availableAfter": available_after,
                "availableUntil": available_until,
                "blockedReason": blocked_reason,
                "confirmation": confirmation,
                "dueAt": due_at,
                "entity": entity,
                "id": id,
                "idempotency": idempotency,
                "invocation": invocation,
                "label": label,
                "payment": payment,
                "schemaVersion": schema_version,
                "state": state,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.action_actor import ActionActor  # noqa: PLC0415
        from ..models.action_blocked import ActionBlocked  # noqa: PLC0415
        from ..models.action_confirmation import ActionConfirmation  # noqa: PLC0415
        from ..models.action_entity import ActionEntity  # noqa: PLC0415
        from ..models.action_idempotency import ActionIdempotency  # noqa: PLC0415
        from ..models.action_invocation import ActionInvocation  # noqa: PLC0415
        from ..models.action_payment import ActionPayment  # noqa: PLC0415

        d = dict(src_dict)
        action = d.pop("action")

        actor = ActionActor.from_dict(d.pop("actor"))

        def _parse_available_after(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        available_after = _parse_available_after(d.pop("availableAfter"))

        def _parse_available_until(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        available_until = _parse_available_until(d.pop("availableUntil"))

        def _parse_blocked_reason(data: object) -> ActionBlocked | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                blocked_reason_type_0 = ActionBlocked.from_dict(data)

                return blocked_reason_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ActionBlocked | None, data)

        blocked_reason = _parse_blocked_reason(d.pop("blockedReason"))

        confirmation = ActionConfirmation.from_dict(d.pop("confirmation"))

        def _parse_due_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        due_at = _parse_due_at(d.pop("dueAt"))

        entity = ActionEntity.from_dict(d.pop("entity"))

        id = d.pop("id")

        idempotency = ActionIdempotency.from_dict(d.pop("idempotency"))

        invocation = ActionInvocation.from_dict(d.pop("invocation"))

        label = d.pop("label")

        def _parse_payment(data: object) -> ActionPayment | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                payment_type_0 = ActionPayment.from_dict(data)

                return payment_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ActionPayment | None, data)

        payment = _parse_payment(d.pop("payment"))

        schema_version = d.pop("schemaVersion")

        state = d.pop("state")

        available_action = cls(
            action=action,
            actor=actor,
            available_after=available_after,
            available_until=available_until,
            blocked_reason=blocked_reason,
            confirmation=confirmation,
            due_at=due_at,
            entity=entity,
            id=id,
            idempotency=idempotency,
            invocation=invocation,
            label=label,
            payment=payment,
            schema_version=schema_version,
            state=state,
        )

        available_action.additional_properties = d
        return available_action

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
