from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.public_payout_method_view import PublicPayoutMethodView


T = TypeVar("T", bound="PublicPayoutMethodsBody")


@_attrs_define
class PublicPayoutMethodsBody:
    """`{payoutMethods}`, public.

    Attributes:
        payout_methods (list[PublicPayoutMethodView]): The active ones, each asset once.
    """

    payout_methods: list[PublicPayoutMethodView]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        payout_methods = []
        for payout_methods_item_data in self.payout_methods:
            payout_methods_item = payout_methods_item_data.to_dict()
            payout_methods.append(payout_methods_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "payoutMethods": payout_methods,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.public_payout_method_view import (
            PublicPayoutMethodView,  # noqa: PLC0415
        )

        d = dict(src_dict)
        payout_methods = []
        _payout_methods = d.pop("payoutMethods")
        for payout_methods_item_data in _payout_methods:
            payout_methods_item = PublicPayoutMethodView.from_dict(payout_methods_item_data)

            payout_methods.append(payout_methods_item)

        public_payout_methods_body = cls(
            payout_methods=payout_methods,
        )

        public_payout_methods_body.additional_properties = d
        return public_payout_methods_body

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
