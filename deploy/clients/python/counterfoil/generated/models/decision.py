from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.decision_action import DecisionAction, check_decision_action
from ..types import UNSET, Unset

T = TypeVar("T", bound="Decision")


@_attrs_define
class Decision:
    """What the buyer decides.

    Example:
        {'action': 'reject', 'expectedUpdatedAt': '2023-11-14T22:13:20.000Z', 'reason': 'chapter three is missing'}

    Attributes:
        action (DecisionAction): Accept or reject.
        expected_updated_at (None | str | Unset):
        reason (None | str | Unset): What has to be different: 10 to 2,000 characters, needed to reject.
    """

    action: DecisionAction
    expected_updated_at: None | str | Unset = UNSET
    reason: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        action: str = self.action

        expected_updated_at: None | str | Unset
        if isinstance(self.expected_updated_at, Unset):
            expected_updated_at = UNSET
        else:
            expected_updated_at = self.expected_updated_at

        reason: None | str | Unset
        if isinstance(self.reason, Unset):
            reason = UNSET
        else:
            reason = self.reason

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "action": action,
            }
        )
        if expected_updated_at is not UNSET:
            field_dict["expectedUpdatedAt"] = expected_updated_at
        if reason is not UNSET:
            field_dict["reason"] = reason

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        action = check_decision_action(d.pop("action"))

        def _parse_expected_updated_at(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        expected_updated_at = _parse_expected_updated_at(d.pop("expectedUpdatedAt", UNSET))

        def _parse_reason(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        reason = _parse_reason(d.pop("reason", UNSET))

        decision = cls(
            action=action,
            expected_updated_at=expected_updated_at,
            reason=reason,
        )

        return decision
