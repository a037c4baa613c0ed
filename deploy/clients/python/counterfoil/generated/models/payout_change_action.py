from typing import Literal

PayoutChangeAction = Literal["cancel", "confirm", "decline"]

PAYOUT_CHANGE_ACTION_VALUES: set[PayoutChangeAction] = {
    "cancel",
    "confirm",
    "decline",
}


def check_payout_change_action(value: str) -> PayoutChangeAction:
    if value in PAYOUT_CHANGE_ACTION_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {PAYOUT_CHANGE_ACTION_VALUES!r}")
