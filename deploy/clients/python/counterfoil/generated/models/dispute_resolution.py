from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="DisputeResolution")


@_attrs_define
class DisputeResolution:
    """How a dispute is to end.

    Attributes:
        agreed_at (None | str): When the other side agreed.
        agreed_note (None | str): What the other side said when it agreed.
        note (None | str): Why.
        outcome (str): `no_refund` or `refund`.
        proposed_at (str): When.
        proposed_by (str): Who said so first: `buyer` or `seller`.
        refund_amount_atomic (None | str): What is to be paid back, atomic units. A refund request moves it; the dispute
            does not.
    """

    agreed_at: None | str
    agreed_note: None | str
    note: None | str
    outcome: str
    proposed_at: str
    proposed_by: str
    refund_amount_atomic: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        agreed_at: None | str
        agreed_at = self.agreed_at

        agreed_note: None | str
        agreed_note = self.agreed_note

        note: None | str
        note = self.note

        outcome = self.outcome

        proposed_at = self.proposed_at

        proposed_by = self.proposed_by

        refund_amount_atomic: None | str
        refund_amount_atomic = self.refund_amount_atomic

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "agreedAt": agreed_at,
                "agreedNote": agreed_note,
                "note": note,
                "outcome": outcome,
                "proposedAt": proposed_at,
                "proposedBy": proposed_by,
                "refundAmountAtomic": refund_amount_atomic,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_agreed_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        agreed_at = _parse_agreed_at(d.pop("agreedAt"))

        def _parse_agreed_note(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        agreed_note = _parse_agreed_note(d.pop("agreedNote"))

        def _parse_note(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        note = _parse_note(d.pop("note"))

        outcome = d.pop("outcome")

        proposed_at = d.pop("proposedAt")

        proposed_by = d.pop("proposedBy")

        def _parse_refund_amount_atomic(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        refund_amount_atomic = _parse_refund_amount_atomic(d.pop("refundAmountAtomic"))

        dispute_resolution = cls(
            agreed_at=agreed_at,
            agreed_note=agreed_note,
            note=note,
            outcome=outcome,
            proposed_at=proposed_at,
            proposed_by=proposed_by,
            refund_amount_atomic=refund_amount_atomic,
        )

        dispute_resolution.additional_properties = d
        return dispute_resolution

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
