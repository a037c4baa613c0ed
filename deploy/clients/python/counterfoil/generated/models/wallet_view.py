from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="WalletView")


@_attrs_define
class WalletView:
    """A wallet that the profile has proved it controls.

    Attributes:
        address (str): EIP-55. Example: 0x70997970C51812dc3A010C7d01b50e0d17dc79C8.
        network (None | str): The chain of the contract (CAIP-2), on which alone it speaks for the profile; null for a
            key, which does on all.
        proved_at (str): When the proof was given.
        proved_by (str): `key` (a signature of its key) or `contract` (accepted by the contract at the address,
            ERC-1271).
        retired_at (None | str): Since when it speaks for nobody.
    """

    address: str
    network: None | str
    proved_at: str
    proved_by: str
    retired_at: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        address = self.address

        network: None | str
        network = self.network

        proved_at = self.proved_at

        proved_by = self.proved_by

        retired_at: None | str
        retired_at = self.retired_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "address": address,
                "network": network,
                "provedAt": proved_at,
                "provedBy": proved_by,
                "retiredAt": retired_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        address = d.pop("address")

        def _parse_network(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        network = _parse_network(d.pop("network"))

        proved_at = d.pop("provedAt")

        proved_by = d.pop("provedBy")

        def _parse_retired_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        retired_at = _parse_retired_at(d.pop("retiredAt"))

        wallet_view = cls(
            address=address,
            network=network,
            proved_at=proved_at,
            proved_by=proved_by,
            retired_at=retired_at,
        )

        wallet_view.additional_properties = d
        return wallet_view

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
