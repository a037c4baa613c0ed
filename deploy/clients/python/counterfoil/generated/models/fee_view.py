from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="FeeView")


@_attrs_define
class FeeView:
    """A fee policy.

    Attributes:
        bps (int): Share of the seller amount in ten thousandths, rounded down, on top of it.
        cap_bps (int): The most that the router lets a fee be, in ten thousandths of the total.
        fixed_atomic (str): Atomic units on every payment.
        recipient (None | str): Who receives it, EIP-55; null when there is no fee.
    """

    bps: int
    cap_bps: int
    fixed_atomic: str
    recipient: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        bps = self.bps

        cap_bps = self.cap_bps

        fixed_atomic = self.fixed_atomic

        recipient: None | str
        recipient = self.recipient

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "bps": bps,
                "capBps": cap_bps,
                "fixedAtomic": fixed_atomic,
                "recipient": recipient,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        bps = d.pop("bps")

        cap_bps = d.pop("capBps")

        fixed_atomic = d.pop("fixedAtomic")

        def _parse_recipient(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        recipient = _parse_recipient(d.pop("recipient"))

        fee_view = cls(
            bps=bps,
            cap_bps=cap_bps,
            fixed_atomic=fixed_atomic,
            recipient=recipient,
        )

        fee_view.additional_properties = d
        return fee_view

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
