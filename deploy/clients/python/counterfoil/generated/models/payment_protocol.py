from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="PaymentProtocol")


@_attrs_define
class PaymentProtocol:
    """One way to pay.

    Attributes:
        currencies (list[str]): CAIP-19 ids of what can be paid with.
        networks (list[str]): CAIP-2 ids of where.
        protocol (str): `router`
        status (str): `available` or `unavailable`.
        reason (None | str | Unset): Why it is unavailable.
    """

    currencies: list[str]
    networks: list[str]
    protocol: str
    status: str
    reason: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        currencies = self.currencies

        networks = self.networks

        protocol = self.protocol

        status = self.status

        reason: None | str | Unset
        if isinstance(self.reason, Unset):
            reason = UNSET
        else:
            reason = self.reason

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "currencies": currencies,
                "networks": networks,
                "protocol": protocol,
                "status": status,
            }
        )
        if reason is not UNSET:
            field_dict["reason"] = reason

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        currencies = cast(list[str], d.pop("currencies"))

        networks = cast(list[str], d.pop("networks"))

        protocol = d.pop("protocol")

        status = d.pop("status")

        def _parse_reason(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        reason = _parse_reason(d.pop("reason", UNSET))

        payment_protocol = cls(
            currencies=currencies,
            networks=networks,
            protocol=protocol,
            status=status,
            reason=reason,
        )

        payment_protocol.additional_properties = d
        return payment_protocol

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
