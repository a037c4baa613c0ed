from typing import Literal

ImportConsentType0Kind = Literal["signatures"]

IMPORT_CONSENT_TYPE_0_KIND_VALUES: set[ImportConsentType0Kind] = {
    "signatures",
}


def check_import_consent_type_0_kind(value: str) -> ImportConsentType0Kind:
    if value in IMPORT_CONSENT_TYPE_0_KIND_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {IMPORT_CONSENT_TYPE_0_KIND_VALUES!r}")
