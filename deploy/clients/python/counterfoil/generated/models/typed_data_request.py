from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.import_party import ImportParty
    from ..models.terms import Terms


T = TypeVar("T", bound="TypedDataRequest")


@_attrs_define
class TypedDataRequest:
    """An import without the signatures.

    Example:
        {'buyer': {'wallet': '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'}, 'seller': {'wallet':
            '0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC'}, 'terms': {'amountAtomic': '12500000', 'asset':
            'eip155:8453/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913', 'payeeAddress':
            '0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC', 'paymentTiming': 'on_delivery', 'settlement': 'direct', 'title':
            'Translate the manual'}}

    Attributes:
        buyer (ImportParty): A party, by profile or by wallet. A profile stands for its wallet when it has exactly one.
        seller (ImportParty): A party, by profile or by wallet. A profile stands for its wallet when it has exactly one.
        terms (Terms): What was agreed. The hash is over exactly what is sent (RFC 8785): a key with `null` is another
            document than no key.
        external_ref (None | str | Unset): Taken so that an import can be sent as it is; it is not signed.
        salt (None | str | Unset):
    """

    buyer: ImportParty
    seller: ImportParty
    terms: Terms
    external_ref: None | str | Unset = UNSET
    salt: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        buyer = self.buyer.to_dict()

        seller = self.seller.to_dict()

        terms = self.terms.to_dict()

        external_ref: None | str | Unset
        if isinstance(self.external_ref, Unset):
            external_ref = UNSET
        else:
            external_ref = self.external_ref

        salt: None | str | Unset
        if isinstance(self.salt, Unset):
            salt = UNSET
        else:
            salt = self.salt

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "buyer": buyer,
                "seller": seller,
                "terms": terms,
            }
        )
        if external_ref is not UNSET:
            field_dict["externalRef"] = external_ref
        if salt is not UNSET:
            field_dict["salt"] = salt

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.import_party import ImportParty  # noqa: PLC0415
        from ..models.terms import Terms  # noqa: PLC0415

        d = dict(src_dict)
        buyer = ImportParty.from_dict(d.pop("buyer"))

        seller = ImportParty.from_dict(d.pop("seller"))

        terms = Terms.from_dict(d.pop("terms"))

        def _parse_external_ref(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        external_ref = _parse_external_ref(d.pop("externalRef", UNSET))

        def _parse_salt(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        salt = _parse_salt(d.pop("salt", UNSET))

        typed_data_request = cls(
            buyer=buyer,
            seller=seller,
            terms=terms,
            external_ref=external_ref,
            salt=salt,
        )

        return typed_data_request
