from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.token_view import TokenView


T = TypeVar("T", bound="NewTokenBody")


@_attrs_define
class NewTokenBody:
    """A token that was just made.

    Attributes:
        api_token (None | str): The secret, shown once: send it as `Authorization: Bearer …`. Null when an idempotency
            key replays the answer. Example: cf_<64 hexadecimal digits>.
        credential (TokenView): A bearer token, without the secret.
    """

    api_token: None | str
    credential: TokenView
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        api_token: None | str
        api_token = self.api_token

        credential = self.credential.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "apiToken": api_token,
                "credential": credential,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.token_view import TokenView  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_api_token(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        api_token = _parse_api_token(d.pop("apiToken"))

        credential = TokenView.from_dict(d.pop("credential"))

        new_token_body = cls(
            api_token=api_token,
            credential=credential,
        )

        new_token_body.additional_properties = d
        return new_token_body

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
