from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.audience import Audience, check_audience
from ..models.webhook_status import WebhookStatus, check_webhook_status

T = TypeVar("T", bound="WebhookView")


@_attrs_define
class WebhookView:
    """A webhook endpoint, without its secret.

    Attributes:
        audience (Audience): Whose events an endpoint gets.
        created_at (str): When it was made. It gets what happens from then on.
        description (None | str): What its owner calls it.
        id (str): `we_…`
        previous_secret_until (None | str): Until when deliveries are signed with the secret before the last rotation
            too.
        status (WebhookStatus): Whether an endpoint gets anything.
        types (list[str]): The types it gets; empty for all.
        updated_at (str): When it last changed.
        url (str): Where events are sent.
    """

    audience: Audience
    created_at: str
    description: None | str
    id: str
    previous_secret_until: None | str
    status: WebhookStatus
    types: list[str]
    updated_at: str
    url: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        audience: str = self.audience

        created_at = self.created_at

        description: None | str
        description = self.description

        id = self.id

        previous_secret_until: None | str
        previous_secret_until = self.previous_secret_until

        status: str = self.status

        types = self.types

        updated_at = self.updated_at

        url = self.url

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "audience": audience,
                "createdAt": created_at,
                "description": description,
                "id": id,
                "previousSecretUntil": previous_secret_until,
                "status": status,
                "types": types,
                "updatedAt": updated_at,
                "url": url,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        audience = check_audience(d.pop("audience"))

        created_at = d.pop("createdAt")

        def _parse_description(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        description = _parse_description(d.pop("description"))

        id = d.pop("id")

        def _parse_previous_secret_until(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        previous_secret_until = _parse_previous_secret_until(d.pop("previousSecretUntil"))

        status = check_webhook_status(d.pop("status"))

        types = cast(list[str], d.pop("types"))

        updated_at = d.pop("updatedAt")

        url = d.pop("url")

        webhook_view = cls(
            audience=audience,
            created_at=created_at,
            description=description,
            id=id,
            previous_secret_until=previous_secret_until,
            status=status,
            types=types,
            updated_at=updated_at,
            url=url,
        )

        webhook_view.additional_properties = d
        return webhook_view

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
