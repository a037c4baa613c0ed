from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.change_action import ChangeAction, check_change_action
from ..types import UNSET, Unset

T = TypeVar("T", bound="ChangeMilestone")


@_attrs_define
class ChangeMilestone:
    """What to do with the milestone, and in which version the caller saw it.

    Example:
        {'action': 'update', 'amountAtomic': '3000000', 'expectedVersion': 1}

    Attributes:
        action (ChangeAction): Update, activate or cancel.
        expected_version (int): `version` of the milestone as the caller saw it.
        acceptance_criteria (list[str] | None | Unset): To update: when it counts as done.
        amount_atomic (None | str | Unset):
        description (None | str | Unset): To update: what is to be done, at length; empty takes it away.
        due_at (None | str | Unset):
        title (None | str | Unset): To update: what is to be done, in one line. What is absent stays.
    """

    action: ChangeAction
    expected_version: int
    acceptance_criteria: list[str] | None | Unset = UNSET
    amount_atomic: None | str | Unset = UNSET
    description: None | str | Unset = UNSET
    due_at: None | str | Unset = UNSET
    title: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        action: str = self.action

        expected_version = self.expected_version

        acceptance_criteria: list[str] | None | Unset
        if isinstance(self.acceptance_criteria, Unset):
            acceptance_criteria = UNSET
        elif isinstance(self.acceptance_criteria, list):
            acceptance_criteria = self.acceptance_criteria

        else:
            acceptance_criteria = self.acceptance_criteria

        amount_atomic: None | str | Unset
        if isinstance(self.amount_atomic, Unset):
            amount_atomic = UNSET
        else:
            amount_atomic = self.amount_atomic

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

        title: None | str | Unset
        if isinstance(self.title, Unset):
            title = UNSET
        else:
            title = self.title

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "action": action,
                "expectedVersion": expected_version,
            }
        )
        if acceptance_criteria is not UNSET:
            field_dict["acceptanceCriteria"] = acceptance_criteria
        if amount_atomic is not UNSET:
            field_dict["amountAtomic"] = amount_atomic
        if description is not UNSET:
            field_dict["description"] = description
        if due_at is not UNSET:
            field_dict["dueAt"] = due_at
        if title is not UNSET:
            field_dict["title"] = title

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        action = check_change_action(d.pop("action"))

        expected_version = d.pop("expectedVersion")

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

        def _parse_amount_atomic(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        amount_atomic = _parse_amount_atomic(d.pop("amountAtomic", UNSET))

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

        def _parse_title(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        title = _parse_title(d.pop("title", UNSET))

        change_milestone = cls(
            action=action,
            expected_version=expected_version,
            acceptance_criteria=acceptance_criteria,
            amount_atomic=amount_atomic,
            description=description,
            due_at=due_at,
            title=title,
        )

        return change_milestone
