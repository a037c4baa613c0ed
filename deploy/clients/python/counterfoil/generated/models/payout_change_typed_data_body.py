from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.payout_change_typed_data import PayoutChangeTypedData


T = TypeVar("T", bound="PayoutChangeTypedDataBody")


@_attrs_define
class PayoutChangeTypedDataBody:
    """What a seller's wallet signs to ask for a change.

    Attributes:
        digest (str): Its EIP-712 digest.
        typed_data (PayoutChangeTypedData): EIP-712 typed data of a payout change.
    """

    digest: str
    typed_data: PayoutChangeTypedData
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        digest = self.digest

        typed_data = self.typed_data.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "digest": digest,
                "typedData": typed_data,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.payout_change_typed_data import (
            PayoutChangeTypedData,  # noqa: PLC0415
        )

        d = dict(src_dict)
        digest = d.pop("digest")

        typed_data = PayoutChangeTypedData.from_dict(d.pop("typedData"))

        payout_change_typed_data_body = cls(
            digest=digest,
            typed_data=typed_data,
        )

        payout_change_typed_data_body.additional_properties = d
        return payout_change_typed_data_body

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
