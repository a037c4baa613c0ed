from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="WithdrawDispute")


@_attrs_define
class WithdrawDispute:
    """What the caller saw.

    Example:
        {'expectedVersion': 1}

    Attributes:
        expected_version (int): `version` of the dispute as the caller saw it.
    """

    expected_version: int

    def to_dict(self) -> dict[str, Any]:
        expected_version = self.expected_version

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "expectedVersion": expected_version,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        expected_version = d.pop("expectedVersion")

        withdraw_dispute = cls(
            expected_version=expected_version,
        )

        return withdraw_dispute
