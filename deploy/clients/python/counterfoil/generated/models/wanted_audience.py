from typing import Literal

WantedAudience = Literal["operators", "profile"]

WANTED_AUDIENCE_VALUES: set[WantedAudience] = {
    "operators",
    "profile",
}


def check_wanted_audience(value: str) -> WantedAudience:
    if value in WANTED_AUDIENCE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {WANTED_AUDIENCE_VALUES!r}")
