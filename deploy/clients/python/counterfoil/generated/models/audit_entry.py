from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.audit_entry_details import AuditEntryDetails


T = TypeVar("T", bound="AuditEntry")


@_attrs_define
class AuditEntry:
    """One act. Its members without `hash`, as canonical JSON, are what was hashed behind the hash of the entry before.

    Attributes:
        action (str): What, like `token.created`.
        at (str): When.
        author (str): By whom: profile and bearer token (`prof_…/key_…`), a wallet at sign-in (`wallet:0x…`), `cli`,
            `instance` (from its configuration) or a chain (CAIP-2).
        details (AuditEntryDetails): The facts; which there are depends on the action.
        hash_ (str): sha256, links it to every entry before.
        sequence (int): Its number: from 1, without gaps, in the order in which things took effect.
        subject (str): To what: an id, an address or a CAIP id.
    """

    action: str
    at: str
    author: str
    details: AuditEntryDetails
    hash_: str
    sequence: int
    subject: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        action = self.action

        at = self.at

        author = self.author

        details = self.details.to_dict()

        hash_ = self.hash_

        sequence = self.sequence

        subject = self.subject

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "action": action,
                "at": at,
                "author": author,
                "details": details,
                "hash": hash_,
                "sequence": sequence,
                "subject": subject,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.audit_entry_details import AuditEntryDetails  # noqa: PLC0415

        d = dict(src_dict)
        action = d.pop("action")

        at = d.pop("at")

        author = d.pop("author")

        details = AuditEntryDetails.from_dict(d.pop("details"))

        hash_ = d.pop("hash")

        sequence = d.pop("sequence")

        subject = d.pop("subject")

        audit_entry = cls(
            action=action,
            at=at,
            author=author,
            details=details,
            hash_=hash_,
            sequence=sequence,
            subject=subject,
        )

        audit_entry.additional_properties = d
        return audit_entry

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
