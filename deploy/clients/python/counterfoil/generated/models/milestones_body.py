from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.milestone import Milestone
    from ..models.milestone_plan import MilestonePlan


T = TypeVar("T", bound="MilestonesBody")


@_attrs_define
class MilestonesBody:
    """`{milestones, plan}`

    Attributes:
        milestones (list[Milestone]): All of them, at most 100, in their order; those that were cancelled included.
        plan (MilestonePlan): All milestones of an agreement together.
    """

    milestones: list[Milestone]
    plan: MilestonePlan
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        milestones = []
        for milestones_item_data in self.milestones:
            milestones_item = milestones_item_data.to_dict()
            milestones.append(milestones_item)

        plan = self.plan.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "milestones": milestones,
                "plan": plan,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.milestone import Milestone  # noqa: PLC0415
        from ..models.milestone_plan import MilestonePlan  # noqa: PLC0415

        d = dict(src_dict)
        milestones = []
        _milestones = d.pop("milestones")
        for milestones_item_data in _milestones:
            milestones_item = Milestone.from_dict(milestones_item_data)

            milestones.append(milestones_item)

        plan = MilestonePlan.from_dict(d.pop("plan"))

        milestones_body = cls(
            milestones=milestones,
            plan=plan,
        )

        milestones_body.additional_properties = d
        return milestones_body

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
