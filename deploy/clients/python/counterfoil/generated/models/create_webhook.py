from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.wanted_audience import WantedAudience, check_wanted_audience
from ..types import UNSET, Unset

T = TypeVar("T", bound="CreateWebhook")


@_attrs_define
class CreateWebhook:
    """Where events are to be sent.

    Example:
        {'description': 'shop', 'types': ['payment.verified', 'receipt.*'], 'url':
            'https://shop.example/hooks/counterfoil'}

    Attributes:
        url (str): `https://…`, on port 443 or one from 1024 on, at a public address; up to 2048 characters.
        audience (None | Unset | WantedAudience):
        description (None | str | Unset): What its owner calls it, up to 120 characters.
        types (list[str] | None | Unset): The types that it gets; `payment.*` stands for the types that the object has
            now. All, also future ones, when absent or empty.
    """

    url: str
    audience: None | Unset | WantedAudience = UNSET
    description: None | str | Unset = UNSET
    types: list[str] | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        url = self.url

        audience: None | str | Unset
        if isinstance(self.audience, Unset):
            audience = UNSET
        elif isinstance(self.audience, str):
            audience = self.audience
        else:
            audience = self.audience

        description: None | str | Unset
        if isinstance(self.description, Unset):
            description = UNSET
        else:
            description = self.description

        types: list[str] | None | Unset
        if isinstance(self.types, Unset):
            types = UNSET
        elif isinstance(self.types, list):
            types = self.types

        else:
            types = self.types

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "url": url,
            }
        )
        if audience is not UNSET:
            field_dict["audience"] = audience
        if description is not UNSET:
            field_dict["description"] = description
        if types is not UNSET:
            field_dict["types"] = types

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        url = d.pop("url")

        def _parse_audience(data: object) -> None | Unset | WantedAudience:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                audience_type_0 = check_wanted_audience(data)

                return audience_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | WantedAudience, data)

        audience = _parse_audience(d.pop("audience", UNSET))

        def _parse_description(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        description = _parse_description(d.pop("description", UNSET))

        def _parse_types(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                types_type_0 = cast(list[str], data)

                return types_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        types = _parse_types(d.pop("types", UNSET))

        create_webhook = cls(
            url=url,
            audience=audience,
            description=description,
            types=types,
        )

        return create_webhook
