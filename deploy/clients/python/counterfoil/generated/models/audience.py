from typing import Literal

Audience = Literal["operators", "profile"]

AUDIENCE_VALUES: set[Audience] = {
    "operators",
    "profile",
}


def check_audience(value: str) -> Audience:
    if value in AUDIENCE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {AUDIENCE_VALUES!r}")
