from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.scope_requirement import ScopeRequirement


T = TypeVar("T", bound="ActionActor")


@_attrs_define
class ActionActor:
    """Who may do it.

    Attributes:
        eligible_profile_id (None | str): The profile.
        required_scope_mode (str): `all` or `any` of them.
        required_scopes (list[str]): Scopes of the bearer token.
        role (str): `buyer`, `seller`, `evaluator` or `operator`.
        scope_requirements (list[ScopeRequirement]): The same, as groups that all have to be met.
    """

    eligible_profile_id: None | str
    required_scope_mode: str
    required_scopes: list[str]
    role: str
    scope_requirements: list[ScopeRequirement]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        eligible_profile_id: None | str
        eligible_profile_id = self.eligible_profile_id

        required_scope_mode = self.required_scope_mode

        required_scopes = self.required_scopes

        role = self.role

        scope_requirements = []
        for scope_requirements_item_data in self.scope_requirements:
            scope_requirements_item = scope_requirements_item_data.to_dict()
            scope_requirements.append(scope_requirements_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "eligibleProfileId": eligible_profile_id,
                "requiredScopeMode": required_scope_mode,
                "requiredScopes": required_scopes,
                "role": role,
                "scopeRequirements": scope_requirements,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.scope_requirement import ScopeRequirement  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_eligible_profile_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        eligible_profile_id = _parse_eligible_profile_id(d.pop("eligibleProfileId"))

        required_scope_mode = d.pop("requiredScopeMode")

        required_scopes = cast(list[str], d.pop("requiredScopes"))

        role = d.pop("role")

        scope_requirements = []
        _scope_requirements = d.pop("scopeRequirements")
        for scope_requirements_item_data in _scope_requirements:
            scope_requirements_item = ScopeRequirement.from_dict(scope_requirements_item_data)

            scope_requirements.append(scope_requirements_item)

        action_actor = cls(
            eligible_profile_id=eligible_profile_id,
            required_scope_mode=required_scope_mode,
            required_scopes=required_scopes,
            role=role,
            scope_requirements=scope_requirements,
        )

        action_actor.additional_properties = d
        return action_actor

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
