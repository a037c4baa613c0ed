from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.agreement_typed_data import AgreementTypedData


T = TypeVar("T", bound="TypedDataBody")


@_attrs_define
class TypedDataBody:
    """What both wallets sign.

    Attributes:
        canonical_terms (str): The canonical terms (RFC 8785): the bytes that were hashed.
        digest (str): Its EIP-712 digest.
        salt (str): The salt; send it with the signatures.
        terms_hash (str): keccak256 of the canonical terms.
        typed_data (AgreementTypedData): EIP-712 typed data.
    """

    canonical_terms: str
    digest: str
    salt: str
    terms_hash: str
    typed_data: AgreementTypedData
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        canonical_terms = self.canonical_terms

        digest = self.digest

        salt = self.salt

        terms_hash = self.terms_hash

        typed_data = self.typed_data.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "canonicalTerms": canonical_terms,
                "digest": digest,
                "salt": salt,
                "termsHash": terms_hash,
                "typedData": typed_data,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.agreement_typed_data import AgreementTypedData  # noqa: PLC0415

        d = dict(src_dict)
        canonical_terms = d.pop("canonicalTerms")

        digest = d.pop("digest")

        salt = d.pop("salt")

        terms_hash = d.pop("termsHash")

        typed_data = AgreementTypedData.from_dict(d.pop("typedData"))

        typed_data_body = cls(
            canonical_terms=canonical_terms,
            digest=digest,
            salt=salt,
            terms_hash=terms_hash,
            typed_data=typed_data,
        )

        typed_data_body.additional_properties = d
        return typed_data_body

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
