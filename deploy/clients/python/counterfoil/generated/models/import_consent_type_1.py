from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.import_consent_type_1_kind import (
    ImportConsentType1Kind,
    check_import_consent_type_1_kind,
)

T = TypeVar("T", bound="ImportConsentType1")


@_attrs_define
class ImportConsentType1:
    """The importing marketplace says so; needs the scope `contracts:import`.

    Attributes:
        kind (ImportConsentType1Kind):
    """

    kind: ImportConsentType1Kind

    def to_dict(self) -> dict[str, Any]:
        kind: str = self.kind

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "kind": kind,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        kind = check_import_consent_type_1_kind(d.pop("kind"))

        import_consent_type_1 = cls(
            kind=kind,
        )

        return import_consent_type_1
