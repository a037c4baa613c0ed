from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.agreement_domain import AgreementDomain
    from ..models.payout_change_message import PayoutChangeMessage
    from ..models.payout_change_typed_data_types import PayoutChangeTypedDataTypes


T = TypeVar("T", bound="PayoutChangeTypedData")


@_attrs_define
class PayoutChangeTypedData:
    """EIP-712 typed data of a payout change.

    Attributes:
        domain (AgreementDomain): The domain.
        message (PayoutChangeMessage): The message.
        primary_type (str): `PayoutChange`
        types (PayoutChangeTypedDataTypes): `EIP712Domain` and `PayoutChange`, with their fields in order.
    """

    domain: AgreementDomain
    message: PayoutChangeMessage
    primary_type: str
    types: PayoutChangeTypedDataTypes
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        domain = self.domain.to_dict()

        message = self.message.to_dict()

        primary_type = self.primary_type

        types = self.types.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "domain": domain,
                "message": message,
                "primaryType": primary_type,
                "types": types,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.agreement_domain import AgreementDomain  # noqa: PLC0415
        from ..models.payout_change_message import PayoutChangeMessage  # noqa: PLC0415
        from ..models.payout_change_typed_data_types import (
            PayoutChangeTypedDataTypes,  # noqa: PLC0415
        )

        d = dict(src_dict)
        domain = AgreementDomain.from_dict(d.pop("domain"))

        message = PayoutChangeMessage.from_dict(d.pop("message"))

        primary_type = d.pop("primaryType")

        types = PayoutChangeTypedDataTypes.from_dict(d.pop("types"))

        payout_change_typed_data = cls(
            domain=domain,
            message=message,
            primary_type=primary_type,
            types=types,
        )

        payout_change_typed_data.additional_properties = d
        return payout_change_typed_data

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
