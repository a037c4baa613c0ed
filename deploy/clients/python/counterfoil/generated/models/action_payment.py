from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="ActionPayment")


@_attrs_define
class ActionPayment:
    """What is paid. No executable fields.

    Attributes:
        amount_atomic (None | str): What the buyer pays, fee included, in atomic units.
        amount_display (None | str): The same for people.
        currency (None | str): Ticker.
        network (None | str): CAIP-2.
        proof (None | str): `router_verified` once a proof says so.
        rail (None | str): `router`: the only way it can be paid.
        required (bool): Whether money has to move.
        status (str): `unpaid`, `pending`, `partially_paid`, `paid` or `inspection_required`.
    """

    amount_atomic: None | str
    amount_display: None | str
    currency: None | str
    network: None | str
    proof: None | str
    rail: None | str
    required: bool
    status: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        amount_atomic: None | str
        amount_atomic = self.amount_atomic

        amount_display: None | str
        amount_display = self.amount_display

        currency: None | str
        currency = self.currency

        network: None | str
        network = self.network

        proof: None | str
        proof = self.proof

        rail: None | str
        rail = self.rail

        required = self.required

        status = self.status

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "amountAtomic": amount_atomic,
                "amountDisplay": amount_display,
                "currency": currency,
                "network": network,
                "proof": proof,
                "rail": rail,
                "required": required,
                "status": status,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_amount_atomic(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        amount_atomic = _parse_amount_atomic(d.pop("amountAtomic"))

        def _parse_amount_display(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        amount_display = _parse_amount_display(d.pop("amountDisplay"))

        def _parse_currency(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        currency = _parse_currency(d.pop("currency"))

        def _parse_network(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        network = _parse_network(d.pop("network"))

        def _parse_proof(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        proof = _parse_proof(d.pop("proof"))

        def _parse_rail(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        rail = _parse_rail(d.pop("rail"))

        required = d.pop("required")

        status = d.pop("status")

        action_payment = cls(
            amount_atomic=amount_atomic,
            amount_display=amount_display,
            currency=currency,
            network=network,
            proof=proof,
            rail=rail,
            required=required,
            status=status,
        )

        action_payment.additional_properties = d
        return action_payment

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
