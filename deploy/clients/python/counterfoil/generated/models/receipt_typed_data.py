from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.receipt_domain import ReceiptDomain
    from ..models.receipt_typed_data_message import ReceiptTypedDataMessage
    from ..models.receipt_typed_data_types import ReceiptTypedDataTypes


T = TypeVar("T", bound="ReceiptTypedData")


@_attrs_define
class ReceiptTypedData:
    """EIP-712 typed data.

    Attributes:
        domain (ReceiptDomain): The domain.
        message (ReceiptTypedDataMessage): The values by the names of the fields: addresses, hashes and text as they
            are, numbers as decimal strings.
        primary_type (str): `Receipt`
        types (ReceiptTypedDataTypes): `EIP712Domain` and `Receipt`, with their fields in order.
    """

    domain: ReceiptDomain
    message: ReceiptTypedDataMessage
    primary_type: str
    types: ReceiptTypedDataTypes
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
        from ..models.receipt_domain import ReceiptDomain  # noqa: PLC0415
        from ..models.receipt_typed_data_message import (
            ReceiptTypedDataMessage,  # noqa: PLC0415
        )
        from ..models.receipt_typed_data_types import (
            ReceiptTypedDataTypes,  # noqa: PLC0415
        )

        d = dict(src_dict)
        domain = ReceiptDomain.from_dict(d.pop("domain"))

        message = ReceiptTypedDataMessage.from_dict(d.pop("message"))

        primary_type = d.pop("primaryType")

        types = ReceiptTypedDataTypes.from_dict(d.pop("types"))

        receipt_typed_data = cls(
            domain=domain,
            message=message,
            primary_type=primary_type,
            types=types,
        )

        receipt_typed_data.additional_properties = d
        return receipt_typed_data

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
