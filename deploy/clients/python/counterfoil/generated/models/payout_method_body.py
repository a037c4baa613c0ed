from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.payout_method_view import PayoutMethodView


T = TypeVar("T", bound="PayoutMethodBody")


@_attrs_define
class PayoutMethodBody:
    """`{payoutMethod}`

    Attributes:
        payout_method (PayoutMethodView): A payout method, as its owner sees it.
    """

    payout_method: PayoutMethodView
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        payout_method = self.payout_method.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "payoutMethod": payout_method,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.payout_method_view import PayoutMethodView  # noqa: PLC0415

        d = dict(src_dict)
        payout_method = PayoutMethodView.from_dict(d.pop("payoutMethod"))

        payout_method_body = cls(
            payout_method=payout_method,
        )

        payout_method_body.additional_properties = d
        return payout_method_body

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
