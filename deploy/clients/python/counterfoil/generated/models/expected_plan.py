from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="ExpectedPlan")


@_attrs_define
class ExpectedPlan:
    """Which version of the plan is meant.

    Example:
        {'expectedPlanVersion': 2}

    Attributes:
        expected_plan_version (int): `version` of the plan as the caller saw it.
    """

    expected_plan_version: int

    def to_dict(self) -> dict[str, Any]:
        expected_plan_version = self.expected_plan_version

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "expectedPlanVersion": expected_plan_version,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        expected_plan_version = d.pop("expectedPlanVersion")

        expected_plan = cls(
            expected_plan_version=expected_plan_version,
        )

        return expected_plan
