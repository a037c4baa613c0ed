from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.outcome_name import OutcomeName, check_outcome_name
from ..types import UNSET, Unset

T = TypeVar("T", bound="ResolveDispute")


@_attrs_define
class ResolveDispute:
    """How it is to end.

    Example:
        {'expectedVersion': 2, 'note': 'for the missing chapter', 'outcome': 'refund', 'refundAmountAtomic': '2500000'}

    Attributes:
        expected_version (int): `version` of the dispute as the caller saw it.
        outcome (OutcomeName): Whether money goes back.
        note (None | str | Unset): Why: up to 2,000 characters.
        refund_amount_atomic (None | str | Unset):
    """

    expected_version: int
    outcome: OutcomeName
    note: None | str | Unset = UNSET
    refund_amount_atomic: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        expected_version = self.expected_version

        outcome: str = self.outcome

        note: None | str | Unset
        if isinstance(self.note, Unset):
            note = UNSET
        else:
            note = self.note

        refund_amount_atomic: None | str | Unset
        if isinstance(self.refund_amount_atomic, Unset):
            refund_amount_atomic = UNSET
        else:
            refund_amount_atomic = self.refund_amount_atomic

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "expectedVersion": expected_version,
                "outcome": outcome,
            }
        )
        if note is not UNSET:
            field_dict["note"] = note
        if refund_amount_atomic is not UNSET:
            field_dict["refundAmountAtomic"] = refund_amount_atomic

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        expected_version = d.pop("expectedVersion")

        outcome = check_outcome_name(d.pop("outcome"))

        def _parse_note(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        note = _parse_note(d.pop("note", UNSET))

        def _parse_refund_amount_atomic(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        refund_amount_atomic = _parse_refund_amount_atomic(d.pop("refundAmountAtomic", UNSET))

        resolve_dispute = cls(
            expected_version=expected_version,
            outcome=outcome,
            note=note,
            refund_amount_atomic=refund_amount_atomic,
        )

        return resolve_dispute
