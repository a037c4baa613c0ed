from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="TermsMilestone")


@_attrs_define
class TermsMilestone:
    """A part of the agreement that is delivered, accepted and paid by itself.

    Attributes:
        amount_atomic (str): An amount in atomic units: a string of decimal digits. Example: 12500000.
        title (str): What is to be done, in one line.
        acceptance_criteria (list[str] | None | Unset): When it counts as done: at most 50, each of 1 to 500 characters.
        description (None | str | Unset): What is to be done, at length.
        due_at (None | str | Unset):
    """

    amount_atomic: str
    title: str
    acceptance_criteria: list[str] | None | Unset = UNSET
    description: None | str | Unset = UNSET
    due_at: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        amount_atomic = self.amount_atomic

        title = self.title

        acceptance_criteria: list[str] | None | Unset
        if isinstance(self.acceptance_criteria, Unset):
            acceptance_criteria = UNSET
        elif isinstance(self.acceptance_criteria, list):
            acceptance_criteria = self.acceptance_criteria

        else:
            acceptance_criteria = self.acceptance_criteria

        description: None | str | Unset
        if isinstance(self.description, Unset):
            description = UNSET
        else:
            description = self.description

        due_at: None | str | Unset
        if isinstance(self.due_at, Unset):
            due_at = UNSET
        else:
            due_at = self.due_at

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "amountAtomic": amount_atomic,
                "title": title,
            }
        )
        if acceptance_criteria is not UNSET:
            field_dict["acceptanceCriteria"] = acceptance_criteria
        if description is not UNSET:
            field_dict["description"] = description
        if due_at is not UNSET:
            field_dict["dueAt"] = due_at

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        amount_atomic = d.pop("amountAtomic")

        title = d.pop("title")

        def _parse_acceptance_criteria(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                acceptance_criteria_type_0 = cast(list[str], data)

                return acceptance_criteria_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        acceptance_criteria = _parse_acceptance_criteria(d.pop("acceptanceCriteria", UNSET))

        def _parse_description(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        description = _parse_description(d.pop("description", UNSET))

        def _parse_due_at(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        due_at = _parse_due_at(d.pop("dueAt", UNSET))

        terms_milestone = cls(
            amount_atomic=amount_atomic,
            title=title,
            acceptance_criteria=acceptance_criteria,
            description=description,
            due_at=due_at,
        )

        return terms_milestone
