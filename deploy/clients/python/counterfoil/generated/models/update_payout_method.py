from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="UpdatePayoutMethod")


@_attrs_define
class UpdatePayoutMethod:
    """What to change; what is absent stays. Asset and address never change: another address is another payout method.

    Example:
        {'isActive': False, 'label': 'old wallet'}

    Attributes:
        is_active (bool | None | Unset): Whether new agreements may use it.
        label (None | str | Unset): Up to 120 characters; empty takes it away.
        memo (None | str | Unset): Up to 120 characters; empty takes it away.
    """

    is_active: bool | None | Unset = UNSET
    label: None | str | Unset = UNSET
    memo: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        is_active: bool | None | Unset
        if isinstance(self.is_active, Unset):
            is_active = UNSET
        else:
            is_active = self.is_active

        label: None | str | Unset
        if isinstance(self.label, Unset):
            label = UNSET
        else:
            label = self.label

        memo: None | str | Unset
        if isinstance(self.memo, Unset):
            memo = UNSET
        else:
            memo = self.memo

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if is_active is not UNSET:
            field_dict["isActive"] = is_active
        if label is not UNSET:
            field_dict["label"] = label
        if memo is not UNSET:
            field_dict["memo"] = memo

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_is_active(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        is_active = _parse_is_active(d.pop("isActive", UNSET))

        def _parse_label(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        label = _parse_label(d.pop("label", UNSET))

        def _parse_memo(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        memo = _parse_memo(d.pop("memo", UNSET))

        update_payout_method = cls(
            is_active=is_active,
            label=label,
            memo=memo,
        )

        return update_payout_method
