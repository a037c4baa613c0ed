from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.event_view_data import EventViewData


T = TypeVar("T", bound="EventView")


@_attrs_define
class EventView:
    """One line of the event log.

    Attributes:
        api_version (str): The version of the shape. Example: 2026-11-01.
        data (EventViewData): The facts, by type. Members may be added.
        id (str): `evt_…`; also `webhook-id`. Whoever sees one twice has it already.
        sequence (int): Its number in the log of the instance: without gaps, in the order in which things happened. A
            caller sees those lines that are told to it.
        timestamp (str): When it happened.
        type_ (str): `<object>.<verb>`; the section `webhooks` of this document lists all of them with their data.
    """

    api_version: str
    data: EventViewData
    id: str
    sequence: int
    timestamp: str
    type_: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        api_version = self.api_version

        data = self.data.to_dict()

        id = self.id

        sequence = self.sequence

        timestamp = self.timestamp

        type_ = self.type_

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "apiVersion": api_version,
                "data": data,
                "id": id,
                "sequence": sequence,
                "timestamp": timestamp,
                "type": type_,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.event_view_data import EventViewData  # noqa: PLC0415

        d = dict(src_dict)
        api_version = d.pop("apiVersion")

        data = EventViewData.from_dict(d.pop("data"))

        id = d.pop("id")

        sequence = d.pop("sequence")

        timestamp = d.pop("timestamp")

        type_ = d.pop("type")

        event_view = cls(
            api_version=api_version,
            data=data,
            id=id,
            sequence=sequence,
            timestamp=timestamp,
            type_=type_,
        )

        event_view.additional_properties = d
        return event_view

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
