from typing import Literal

ImportConsentType1Kind = Literal["attested"]

IMPORT_CONSENT_TYPE_1_KIND_VALUES: set[ImportConsentType1Kind] = {
    "attested",
}


def check_import_consent_type_1_kind(value: str) -> ImportConsentType1Kind:
    if value in IMPORT_CONSENT_TYPE_1_KIND_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {IMPORT_CONSENT_TYPE_1_KIND_VALUES!r}")
