from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="ReceiptProof")


@_attrs_define
class ReceiptProof:
    """What was asked and signed, and by whom.

    Attributes:
        authorised_until (int | None): Until when the delegate could sign, unix seconds; null for the operator.
        authority (str): `operator` or `delegate`.
        final_through (int): The newest final block when it was verified.
        finality (str): The published policy.
        signature (str): Over the digest, 65 bytes.
        signer (str): Whom it recovers to.
        snapshot (str): The canonical snapshot; `requestId` is the keccak256 of these bytes.
        terms (None | str): The canonical terms; `termsHash` is the keccak256 of these bytes. Null on public pages.
    """

    authorised_until: int | None
    authority: str
    final_through: int
    finality: str
    signature: str
    signer: str
    snapshot: str
    terms: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        authorised_until: int | None
        authorised_until = self.authorised_until

        authority = self.authority

        final_through = self.final_through

        finality = self.finality

        signature = self.signature

        signer = self.signer

        snapshot = self.snapshot

        terms: None | str
        terms = self.terms

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "authorisedUntil": authorised_until,
                "authority": authority,
                "finalThrough": final_through,
                "finality": finality,
                "signature": signature,
                "signer": signer,
                "snapshot": snapshot,
                "terms": terms,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_authorised_until(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        authorised_until = _parse_authorised_until(d.pop("authorisedUntil"))

        authority = d.pop("authority")

        final_through = d.pop("finalThrough")

        finality = d.pop("finality")

        signature = d.pop("signature")

        signer = d.pop("signer")

        snapshot = d.pop("snapshot")

        def _parse_terms(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        terms = _parse_terms(d.pop("terms"))

        receipt_proof = cls(
            authorised_until=authorised_until,
            authority=authority,
            final_through=final_through,
            finality=finality,
            signature=signature,
            signer=signer,
            snapshot=snapshot,
            terms=terms,
        )

        receipt_proof.additional_properties = d
        return receipt_proof

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
