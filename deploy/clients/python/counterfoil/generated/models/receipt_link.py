from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="ReceiptLink")


@_attrs_define
class ReceiptLink:
    """A public page of a receipt.

    Attributes:
        created_at (str): When.
        created_by (str): Who made it.
        expires_at (None | str): When it ends.
        id (str): `rl_…`
        is_open (bool): Whether it opens.
        label (None | str): For whom, in its maker's words.
        purpose (str): `document`: where printed receipts lead to; `shared`: made by a party.
        revoked_at (None | str): When it was revoked.
        url (None | str): Where. Whoever has it sees the receipt; null once it is closed.
    """

    created_at: str
    created_by: str
    expires_at: None | str
    id: str
    is_open: bool
    label: None | str
    purpose: str
    revoked_at: None | str
    url: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        created_at = self.created_at

        created_by = self.created_by

        expires_at: None | str
        expires_at = self.expires_at

        id = self.id

        is_open = self.is_open

        label: None | str
        label = self.label

        purpose = self.purpose

        revoked_at: None | str
        revoked_at = self.revoked_at

        url: None | str
        url = self.url

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "createdAt": created_at,
                "createdBy": created_by,
                "expiresAt": expires_at,
                "id": id,
                "isOpen": is_open,
                "label": label,
                "purpose": purpose,
                "revokedAt": revoked_at,
                "url": url,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        created_at = d.pop("createdAt")

        created_by = d.pop("createdBy")

        def _parse_expires_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        expires_at = _parse_expires_at(d.pop("expiresAt"))

        id = d.pop("id")

        is_open = d.pop("isOpen")

        def _parse_label(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        label = _parse_label(d.pop("label"))

        purpose = d.pop("purpose")

        def _parse_revoked_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        revoked_at = _parse_revoked_at(d.pop("revokedAt"))

        def _parse_url(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        url = _parse_url(d.pop("url"))

        receipt_link = cls(
            created_at=created_at,
            created_by=created_by,
            expires_at=expires_at,
            id=id,
            is_open=is_open,
            label=label,
            purpose=purpose,
            revoked_at=revoked_at,
            url=url,
        )

        receipt_link.additional_properties = d
        return receipt_link

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
