from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.import_consent_type_0 import ImportConsentType0
    from ..models.import_consent_type_1 import ImportConsentType1
    from ..models.import_party import ImportParty
    from ..models.terms import Terms


T = TypeVar("T", bound="ImportContract")


@_attrs_define
class ImportContract:
    """What was agreed, by whom, and how both sides' consent is shown.

    Example:
        {'buyer': {'wallet': '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'}, 'consent': {'kind': 'attested'},
            'externalRef': 'order-1', 'seller': {'wallet': '0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC'}, 'terms':
            {'amountAtomic': '12500000', 'asset': 'eip155:8453/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913',
            'payeeAddress': '0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC', 'paymentTiming': 'on_delivery', 'settlement':
            'direct', 'title': 'Translate the manual'}}

    Attributes:
        buyer (ImportParty): A party, by profile or by wallet. A profile stands for its wallet when it has exactly one.
        consent (ImportConsentType0 | ImportConsentType1): How both sides' consent is shown.
        external_ref (str): The caller's own reference, unique among its imports: 1 to 200 characters.
        seller (ImportParty): A party, by profile or by wallet. A profile stands for its wallet when it has exactly one.
        terms (Terms): What was agreed. The hash is over exactly what is sent (RFC 8785): a key with `null` is another
            document than no key.
    """

    buyer: ImportParty
    consent: ImportConsentType0 | ImportConsentType1
    external_ref: str
    seller: ImportParty
    terms: Terms

    def to_dict(self) -> dict[str, Any]:
        from ..models.import_consent_type_0 import ImportConsentType0  # noqa: PLC0415

        buyer = self.buyer.to_dict()

        consent: dict[str, Any]
        if isinstance(self.consent, ImportConsentType0):
            consent = self.consent.to_dict()
        else:
            consent = self.consent.to_dict()

        external_ref = self.external_ref

        seller = self.seller.to_dict()

        terms = self.terms.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "buyer": buyer,
                "consent": consent,
                "externalRef": external_ref,
                "seller": seller,
                "terms": terms,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.import_consent_type_0 import ImportConsentType0  # noqa: PLC0415
        from ..models.import_consent_type_1 import ImportConsentType1  # noqa: PLC0415
        from ..models.import_party import ImportParty  # noqa: PLC0415
        from ..models.terms import Terms  # noqa: PLC0415

        d = dict(src_dict)
        buyer = ImportParty.from_dict(d.pop("buyer"))

        def _parse_consent(data: object) -> ImportConsentType0 | ImportConsentType1:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_import_consent_type_0 = ImportConsentType0.from_dict(data)

                return componentsschemas_import_consent_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            componentsschemas_import_consent_type_1 = ImportConsentType1.from_dict(data)

            return componentsschemas_import_consent_type_1

        consent = _parse_consent(d.pop("consent"))

        external_ref = d.pop("externalRef")

        seller = ImportParty.from_dict(d.pop("seller"))

        terms = Terms.from_dict(d.pop("terms"))

        import_contract = cls(
            buyer=buyer,
            consent=consent,
            external_ref=external_ref,
            seller=seller,
            terms=terms,
        )

        return import_contract
