from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.import_consent_type_0_kind import (
    ImportConsentType0Kind,
    check_import_consent_type_0_kind,
)

T = TypeVar("T", bound="ImportConsentType0")


@_attrs_define
class ImportConsentType0:
    """Both wallets signed the EIP-712 data that `contracts/import/typed-data` answers: 65 bytes of a key wallet, or what a
    contract wallet accepts (ERC-1271).

        Attributes:
            buyer_signature (str): Bytes: `0x` and an even number of hex digits, at most 8 KiB (signatures of contract
                wallets are the longest). Example: 0x1b.
            kind (ImportConsentType0Kind):
            salt (str): 32 bytes: `0x` and 64 hex digits (a transaction hash, a salt, a digest). Example:
                0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060.
            seller_signature (str): Bytes: `0x` and an even number of hex digits, at most 8 KiB (signatures of contract
                wallets are the longest). Example: 0x1b.
    """

    buyer_signature: str
    kind: ImportConsentType0Kind
    salt: str
    seller_signature: str

    def to_dict(self) -> dict[str, Any]:
        buyer_signature = self.buyer_signature

        kind: str = self.kind

        salt = self.salt

        seller_signature = self.seller_signature

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "buyerSignature": buyer_signature,
                "kind": kind,
                "salt": salt,
                "sellerSignature": seller_signature,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        buyer_signature = d.pop("buyerSignature")

        kind = check_import_consent_type_0_kind(d.pop("kind"))

        salt = d.pop("salt")

        seller_signature = d.pop("sellerSignature")

        import_consent_type_0 = cls(
            buyer_signature=buyer_signature,
            kind=kind,
            salt=salt,
            seller_signature=seller_signature,
        )

        return import_consent_type_0
