from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.milestone import Milestone
    from ..models.milestone_plan import MilestonePlan


T = TypeVar("T", bound="MilestoneBody")


@_attrs_define
class MilestoneBody:
    """`{milestone, plan}`

    Attributes:
        milestone (Milestone): A part of an agreement that is delivered, accepted and paid by itself.
        plan (MilestonePlan): All milestones of an agreement together.
    """

    milestone: Milestone
    plan: MilestonePlan
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        milestone = self.milestone.to_dict()

        plan = self.plan.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "milestone": milestone,
                "plan": plan,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.milestone import Milestone  # noqa: PLC0415
        from ..models.milestone_plan import MilestonePlan  # noqa: PLC0415

        d = dict(src_dict)
        milestone = Milestone.from_dict(d.pop("milestone"))

        plan = MilestonePlan.from_dict(d.pop("plan"))

        milestone_body = cls(
            milestone=milestone,
            plan=plan,
        )

        milestone_body.additional_properties = d
        return milestone_body

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
