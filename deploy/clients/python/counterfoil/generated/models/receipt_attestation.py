from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.receipt_typed_data import ReceiptTypedData


T = TypeVar("T", bound="ReceiptAttestation")


@_attrs_define
class ReceiptAttestation:
    """The issuer's signature over the receipt.

    Attributes:
        digest (str): The EIP-712 digest of the typed data.
        signature (str): Over the digest, 65 bytes.
        signer (str): Whom the signature recovers to: a routing signer of the operator.
        typed_data (ReceiptTypedData): EIP-712 typed data.
    """

    digest: str
    signature: str
    signer: str
    typed_data: ReceiptTypedData
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        digest = self.digest

        signature = self.signature

        signer = self.signer

        typed_data = self.typed_data.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "digest": digest,
                "signature": signature,
                "signer": signer,
                "typedData": typed_data,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.receipt_typed_data import ReceiptTypedData  # noqa: PLC0415

        d = dict(src_dict)
        digest = d.pop("digest")

        signature = d.pop("signature")

        signer = d.pop("signer")

        typed_data = ReceiptTypedData.from_dict(d.pop("typedData"))

        receipt_attestation = cls(
            digest=digest,
            signature=signature,
            signer=signer,
            typed_data=typed_data,
        )

        receipt_attestation.additional_properties = d
        return receipt_attestation

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
