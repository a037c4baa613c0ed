from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.scope import Scope, check_scope
from ..types import UNSET, Unset

T = TypeVar("T", bound="CreateManagedToken")


@_attrs_define
class CreateManagedToken:
    """Whose token, and what it is for.

    Example:
        {'expiresInDays': 30, 'name': 'marketplace', 'profileId': 'prof_01ARZ3NDEKTSV4RRFFQ69G5FAV', 'scopes':
            ['contracts:import']}

    Attributes:
        name (str): What it is called, 1 to 80 characters.
        profile_id (str): Whose.
        scopes (list[Scope]): What it may do: any scope there is.
        expires_in_days (int | None | Unset): Lifetime in days, 1 to 365; 90 when absent.
    """

    name: str
    profile_id: str
    scopes: list[Scope]
    expires_in_days: int | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        profile_id = self.profile_id

        scopes = []
        for scopes_item_data in self.scopes:
            scopes_item: str = scopes_item_data
            scopes.append(scopes_item)

        expires_in_days: int | None | Unset
        if isinstance(self.expires_in_days, Unset):
            expires_in_days = UNSET
        else:
            expires_in_days = self.expires_in_days

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "profileId": profile_id,
                "scopes": scopes,
            }
        )
        if expires_in_days is not UNSET:
            field_dict["expiresInDays"] = expires_in_days

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        profile_id = d.pop("profileId")

        scopes = []
        _scopes = d.pop("scopes")
        for scopes_item_data in _scopes:
            scopes_item = check_scope(scopes_item_data)

            scopes.append(scopes_item)

        def _parse_expires_in_days(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        expires_in_days = _parse_expires_in_days(d.pop("expiresInDays", UNSET))

        create_managed_token = cls(
            name=name,
            profile_id=profile_id,
            scopes=scopes,
            expires_in_days=expires_in_days,
        )

        return create_managed_token
