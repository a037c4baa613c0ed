from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.delivery_state import DeliveryState, check_delivery_state

if TYPE_CHECKING:
    from ..models.attempt_view import AttemptView


T = TypeVar("T", bound="DeliveryView")


@_attrs_define
class DeliveryView:
    """The delivery of one event to one endpoint.

    Attributes:
        attempts (int): Attempts that are over.
        created_at (str): When it was made.
        event_id (str): The event; `webhook-id` of every attempt.
        id (str): `del_…`
        last_attempt (AttemptView | None):
        next_attempt_at (None | str): When it is tried next; null when it is over, and while its endpoint gets nothing.
        redelivery (bool): Whether somebody asked for it again.
        sequence (int): The event's number in the log.
        status (DeliveryState): Where a delivery stands.
        type_ (str): The event's type.
    """

    attempts: int
    created_at: str
    event_id: str
    id: str
    last_attempt: AttemptView | None
    next_attempt_at: None | str
    redelivery: bool
    sequence: int
    status: DeliveryState
    type_: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.attempt_view import AttemptView  # noqa: PLC0415

        attempts = self.attempts

        created_at = self.created_at

        event_id = self.event_id

        id = self.id

        last_attempt: dict[str, Any] | None
        if isinstance(self.last_attempt, AttemptView):
            last_attempt = self.last_attempt.to_dict()
        else:
            last_attempt = self.last_attempt

        next_attempt_at: None | str
        next_attempt_at = self.next_attempt_at

        redelivery = self.redelivery

        sequence = self.sequence

        status: str = self.status

        type_ = self.type_

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "attempts": attempts,
                "createdAt": created_at,
                "eventId": event_id,
                "id": id,
                "lastAttempt": last_attempt,
                "nextAttemptAt": next_attempt_at,
                "redelivery": redelivery,
                "sequence": sequence,
                "status": status,
                "type": type_,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.attempt_view import AttemptView  # noqa: PLC0415

        d = dict(src_dict)
        attempts = d.pop("attempts")

        created_at = d.pop("createdAt")

        event_id = d.pop("eventId")

        id = d.pop("id")

        def _parse_last_attempt(data: object) -> AttemptView | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                last_attempt_type_0 = AttemptView.from_dict(data)

                return last_attempt_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(AttemptView | None, data)

        last_attempt = _parse_last_attempt(d.pop("lastAttempt"))

        def _parse_next_attempt_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        next_attempt_at = _parse_next_attempt_at(d.pop("nextAttemptAt"))

        redelivery = d.pop("redelivery")

        sequence = d.pop("sequence")

        status = check_delivery_state(d.pop("status"))

        type_ = d.pop("type")

        delivery_view = cls(
            attempts=attempts,
            created_at=created_at,
            event_id=event_id,
            id=id,
            last_attempt=last_attempt,
            next_attempt_at=next_attempt_at,
            redelivery=redelivery,
            sequence=sequence,
            status=status,
            type_=type_,
        )

        delivery_view.additional_properties = d
        return delivery_view

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
