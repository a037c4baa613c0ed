from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="CancelContract")


@_attrs_define
class CancelContract:
    """Why, and what the caller saw.

    Example:
        {'expectedUpdatedAt': '2023-11-14T22:13:20.000Z', 'reason': 'the work is no longer needed'}

    Attributes:
        expected_updated_at (str): An instant: ISO-8601 with an offset. Example: 2026-01-31T12:00:00.000Z.
        reason (str): Why, for the other side: 10 to 1,000 characters.
    """

    expected_updated_at: str
    reason: str

    def to_dict(self) -> dict[str, Any]:
        expected_updated_at = self.expected_updated_at

        reason = self.reason

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "expectedUpdatedAt": expected_updated_at,
                "reason": reason,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        expected_updated_at = d.pop("expectedUpdatedAt")

        reason = d.pop("reason")

        cancel_contract = cls(
            expected_updated_at=expected_updated_at,
            reason=reason,
        )

        return cancel_contract
