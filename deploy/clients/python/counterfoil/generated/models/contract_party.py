from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="ContractParty")


@_attrs_define
class ContractParty:
    """One side of an agreement.

    Attributes:
        display_name (str): Its name for people.
        handle (None | str): Its short public name.
        id (str): `prof_…`
        wallet (str): The wallet that consented, EIP-55.
    """

    display_name: str
    handle: None | str
    id: str
    wallet: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        display_name = self.display_name

        handle: None | str
        handle = self.handle

        id = self.id

        wallet = self.wallet

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "displayName": display_name,
                "handle": handle,
                "id": id,
                "wallet": wallet,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        display_name = d.pop("displayName")

        def _parse_handle(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        handle = _parse_handle(d.pop("handle"))

        id = d.pop("id")

        wallet = d.pop("wallet")

        contract_party = cls(
            display_name=display_name,
            handle=handle,
            id=id,
            wallet=wallet,
        )

        contract_party.additional_properties = d
        return contract_party

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
