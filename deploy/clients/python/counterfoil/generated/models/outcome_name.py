from typing import Literal

OutcomeName = Literal["no_refund", "refund"]

OUTCOME_NAME_VALUES: set[OutcomeName] = {
    "no_refund",
    "refund",
}


def check_outcome_name(value: str) -> OutcomeName:
    if value in OUTCOME_NAME_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {OUTCOME_NAME_VALUES!r}")
