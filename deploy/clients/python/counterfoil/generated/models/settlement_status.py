from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.confirmations import Confirmations
    from ..models.settlement_event import SettlementEvent


T = TypeVar("T", bound="SettlementStatus")


@_attrs_define
class SettlementStatus:
    """Whether something is settled.

    Attributes:
        confirmations (Confirmations | None):
        event (None | SettlementEvent):
        finality (None | str): When a payment on that chain is final; null where it is not known what was asked about.
        id (str): What was asked about.
        retry_after_seconds (int | None): When to ask again, in seconds; null when the answer will stay.
        status (str): `settled` (final and verified), `not_settled` (not yet, or never), `unknown` (this instance cannot
            say).
        type_ (None | str): `payment` or `refund`; null where it is not known what was asked about.
    """

    confirmations: Confirmations | None
    event: None | SettlementEvent
    finality: None | str
    id: str
    retry_after_seconds: int | None
    status: str
    type_: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.confirmations import Confirmations  # noqa: PLC0415
        from ..models.settlement_event import SettlementEvent  # noqa: PLC0415

        confirmations: dict[str, Any] | None
        if isinstance(self.confirmations, Confirmations):
            confirmations = self.confirmations.to_dict()
        else:
            confirmations = self.confirmations

        event: dict[str, Any] | None
        if isinstance(self.event, SettlementEvent):
            event = self.event.to_dict()
        else:
            event = self.event

        finality: None | str
        finality = self.finality

        id = self.id

        retry_after_seconds: int | None
        retry_after_seconds = self.retry_after_seconds

        status = self.status

        type_: None | str
        type_ = self.type_

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "confirmations": confirmations,
                "event": event,
                "finality": finality,
                "id": id,
                "retryAfterSeconds": retry_after_seconds,
                "status": status,
                "type": type_,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.confirmations import Confirmations  # noqa: PLC0415
        from ..models.settlement_event import SettlementEvent  # noqa: PLC0415

        d = dict(src_dict)

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

        def _parse_event(data: object) -> None | SettlementEvent:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                event_type_0 = SettlementEvent.from_dict(data)

                return event_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | SettlementEvent, data)

        event = _parse_event(d.pop("event"))

        def _parse_finality(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        finality = _parse_finality(d.pop("finality"))

        id = d.pop("id")

        def _parse_retry_after_seconds(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        retry_after_seconds = _parse_retry_after_seconds(d.pop("retryAfterSeconds"))

        status = d.pop("status")

        def _parse_type_(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        type_ = _parse_type_(d.pop("type"))

        settlement_status = cls(
            confirmations=confirmations,
            event=event,
            finality=finality,
            id=id,
            retry_after_seconds=retry_after_seconds,
            status=status,
            type_=type_,
        )

        settlement_status.additional_properties = d
        return settlement_status

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
