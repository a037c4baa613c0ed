from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="NonceBody")


@_attrs_define
class NonceBody:
    """What goes into the message to sign.

    Attributes:
        chain_ids (list[int]): What the message's `Chain ID` may be.
        domain (str): The host for the message's first line.
        expires_at (str): Until when it is good.
        nonce (str): The message's `Nonce`; good for one sign-in.
        uri (str): The message's `URI`.
    """

    chain_ids: list[int]
    domain: str
    expires_at: str
    nonce: str
    uri: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        chain_ids = self.chain_ids

        domain = self.domain

        expires_at = self.expires_at

        nonce = self.nonce

        uri = self.uri

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "chainIds": chain_ids,
                "domain": domain,
                "expiresAt": expires_at,
                "nonce": nonce,
                "uri": uri,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        chain_ids = cast(list[int], d.pop("chainIds"))

        domain = d.pop("domain")

        expires_at = d.pop("expiresAt")

        nonce = d.pop("nonce")

        uri = d.pop("uri")

        nonce_body = cls(
            chain_ids=chain_ids,
            domain=domain,
            expires_at=expires_at,
            nonce=nonce,
            uri=uri,
        )

        nonce_body.additional_properties = d
        return nonce_body

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
