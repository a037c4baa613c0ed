from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.payment_fields import PaymentFields
    from ..models.payment_typed_data_types import PaymentTypedDataTypes
    from ..models.typed_domain import TypedDomain


T = TypeVar("T", bound="PaymentTypedData")


@_attrs_define
class PaymentTypedData:
    """EIP-712 typed data, as `eth_signTypedData_v4` takes it.

    Attributes:
        domain (TypedDomain): The domain separator's fields.
        message (PaymentFields): The router's `Payment`: EIP-55 addresses, decimal strings.
        primary_type (str): `Payment`
        types (PaymentTypedDataTypes): `EIP712Domain` and `Payment`, with their fields in order.
    """

    domain: TypedDomain
    message: PaymentFields
    primary_type: str
    types: PaymentTypedDataTypes
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
        from ..models.payment_fields import PaymentFields  # noqa: PLC0415
        from ..models.payment_typed_data_types import (
            PaymentTypedDataTypes,  # noqa: PLC0415
        )
        from ..models.typed_domain import TypedDomain  # noqa: PLC0415

        d = dict(src_dict)
        domain = TypedDomain.from_dict(d.pop("domain"))

        message = PaymentFields.from_dict(d.pop("message"))

        primary_type = d.pop("primaryType")

        types = PaymentTypedDataTypes.from_dict(d.pop("types"))

        payment_typed_data = cls(
            domain=domain,
            message=message,
            primary_type=primary_type,
            types=types,
        )

        payment_typed_data.additional_properties = d
        return payment_typed_data

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
