from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.event_view_data import EventViewData


T = TypeVar("T", bound="WebhookMessage")


@_attrs_define
class WebhookMessage:
    """An event as it is delivered.

    Attributes:
        api_version (str): The version of the shape. Example: 2026-11-01.
        data (EventViewData): The facts, by type. Members may be added.
        id (str): `evt_…`; also `webhook-id`. Whoever sees one twice has it already.
        sequence (int): Its number in the log of the instance: without gaps, in the order in which things happened. A
            caller sees those lines that are told to it.
        timestamp (str): When it happened.
        type_ (str): `<object>.<verb>`; the section `webhooks` of this document lists all of them with their data.
        redelivery (bool | None | Unset): True when somebody asked for this delivery again; absent otherwise.
        truncated (bool | None | Unset): True when `data` was too long to send and is null; absent otherwise.
        url (None | str | Unset): Where the whole event can be read, when `truncated`.
    """

    api_version: str
    data: EventViewData
    id: str
    sequence: int
    timestamp: str
    type_: str
    redelivery: bool | None | Unset = UNSET
    truncated: bool | None | Unset = UNSET
    url: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        api_version = self.api_version

        data = self.data.to_dict()

        id = self.id

        sequence = self.sequence

        timestamp = self.timestamp

        type_ = self.type_

        redelivery: bool | None | Unset
        if isinstance(self.redelivery, Unset):
            redelivery = UNSET
        else:
            redelivery = self.redelivery

        truncated: bool | None | Unset
        if isinstance(self.truncated, Unset):
            truncated = UNSET
        else:
            truncated = self.truncated

        url: None | str | Unset
        if isinstance(self.url, Unset):
            url = UNSET
        else:
            url = self.url

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
        if redelivery is not UNSET:
            field_dict["redelivery"] = redelivery
        if truncated is not UNSET:
            field_dict["truncated"] = truncated
        if url is not UNSET:
            field_dict["url"] = url

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

        def _parse_redelivery(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        redelivery = _parse_redelivery(d.pop("redelivery", UNSET))

        def _parse_truncated(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        truncated = _parse_truncated(d.pop("truncated", UNSET))

        def _parse_url(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        url = _parse_url(d.pop("url", UNSET))

        webhook_message = cls(
            api_version=api_version,
            data=data,
            id=id,
            sequence=sequence,
            timestamp=timestamp,
            type_=type_,
            redelivery=redelivery,
            truncated=truncated,
            url=url,
        )

        webhook_message.additional_properties = d
        return webhook_message

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
