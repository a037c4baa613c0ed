from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.agreement_domain import AgreementDomain
    from ..models.agreement_message import AgreementMessage
    from ..models.agreement_typed_data_types import AgreementTypedDataTypes


T = TypeVar("T", bound="AgreementTypedData")


@_attrs_define
class AgreementTypedData:
    """EIP-712 typed data.

    Attributes:
        domain (AgreementDomain): The domain.
        message (AgreementMessage): The message.
        primary_type (str): `Agreement`
        types (AgreementTypedDataTypes): `EIP712Domain` and `Agreement`, with their fields in order.
    """

    domain: AgreementDomain
    message: AgreementMessage
    primary_type: str
    types: AgreementTypedDataTypes
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
        from ..models.agreement_message import AgreementMessage  # noqa: PLC0415
        from ..models.agreement_typed_data_types import (
            AgreementTypedDataTypes,  # noqa: PLC0415
        )

        d = dict(src_dict)
        domain = AgreementDomain.from_dict(d.pop("domain"))

        message = AgreementMessage.from_dict(d.pop("message"))

        primary_type = d.pop("primaryType")

        types = AgreementTypedDataTypes.from_dict(d.pop("types"))

        agreement_typed_data = cls(
            domain=domain,
            message=message,
            primary_type=primary_type,
            types=types,
        )

        agreement_typed_data.additional_properties = d
        return agreement_typed_data

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
