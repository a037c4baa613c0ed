from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="InvoiceParty")


@_attrs_define
class InvoiceParty:
    """One side of an invoice.

    Attributes:
        display_name (str): What it calls itself today.
        profile_id (str): The profile.
        wallet_address (str): The wallet that consented, EIP-55.
    """

    display_name: str
    profile_id: str
    wallet_address: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        display_name = self.display_name

        profile_id = self.profile_id

        wallet_address = self.wallet_address

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "displayName": display_name,
                "profileId": profile_id,
                "walletAddress": wallet_address,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        display_name = d.pop("displayName")

        profile_id = d.pop("profileId")

        wallet_address = d.pop("walletAddress")

        invoice_party = cls(
            display_name=display_name,
            profile_id=profile_id,
            wallet_address=wallet_address,
        )

        invoice_party.additional_properties = d
        return invoice_party

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
