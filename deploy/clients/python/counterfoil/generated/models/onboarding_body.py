from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.onboarding_action import OnboardingAction
    from ..models.onboarding_chain import OnboardingChain


T = TypeVar("T", bound="OnboardingBody")


@_attrs_define
class OnboardingBody:
    """Whether the caller can agree, pay and be paid on this instance.

    Attributes:
        chains (list[OnboardingChain]): The chains of this instance.
        next_actions (list[OnboardingAction]): What to do next, most useful first.
        ready (bool): Whether nothing is missing on at least one chain.
    """

    chains: list[OnboardingChain]
    next_actions: list[OnboardingAction]
    ready: bool
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        chains = []
        for chains_item_data in self.chains:
            chains_item = chains_item_data.to_dict()
            chains.append(chains_item)

        next_actions = []
        for next_actions_item_data in self.next_actions:
            next_actions_item = next_actions_item_data.to_dict()
            next_actions.append(next_actions_item)

        ready = self.ready

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "chains": chains,
                "nextActions": next_actions,
                "ready": ready,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.onboarding_action import OnboardingAction  # noqa: PLC0415
        from ..models.onboarding_chain import OnboardingChain  # noqa: PLC0415

        d = dict(src_dict)
        chains = []
        _chains = d.pop("chains")
        for chains_item_data in _chains:
            chains_item = OnboardingChain.from_dict(chains_item_data)

            chains.append(chains_item)

        next_actions = []
        _next_actions = d.pop("nextActions")
        for next_actions_item_data in _next_actions:
            next_actions_item = OnboardingAction.from_dict(next_actions_item_data)

            next_actions.append(next_actions_item)

        ready = d.pop("ready")

        onboarding_body = cls(
            chains=chains,
            next_actions=next_actions,
            ready=ready,
        )

        onboarding_body.additional_properties = d
        return onboarding_body

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
