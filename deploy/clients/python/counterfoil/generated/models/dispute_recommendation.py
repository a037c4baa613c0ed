from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="DisputeRecommendation")


@_attrs_define
class DisputeRecommendation:
    """What the evaluator would do.

    Attributes:
        at (str): When.
        by (str): Whose profile.
        note (None | str): Why.
        outcome (str): `no_refund` or `refund`.
        refund_amount_atomic (None | str): What it would have paid back, atomic units.
    """

    at: str
    by: str
    note: None | str
    outcome: str
    refund_amount_atomic: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        at = self.at

        by = self.by

        note: None | str
        note = self.note

        outcome = self.outcome

        refund_amount_atomic: None | str
        refund_amount_atomic = self.refund_amount_atomic

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "at": at,
                "by": by,
                "note": note,
                "outcome": outcome,
                "refundAmountAtomic": refund_amount_atomic,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        at = d.pop("at")

        by = d.pop("by")

        def _parse_note(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        note = _parse_note(d.pop("note"))

        outcome = d.pop("outcome")

        def _parse_refund_amount_atomic(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        refund_amount_atomic = _parse_refund_amount_atomic(d.pop("refundAmountAtomic"))

        dispute_recommendation = cls(
            at=at,
            by=by,
            note=note,
            outcome=outcome,
            refund_amount_atomic=refund_amount_atomic,
        )

        dispute_recommendation.additional_properties = d
        return dispute_recommendation

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
