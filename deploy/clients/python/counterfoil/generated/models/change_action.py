from typing import Literal

ChangeAction = Literal["activate", "cancel", "update"]

CHANGE_ACTION_VALUES: set[ChangeAction] = {
    "activate",
    "cancel",
    "update",
}


def check_change_action(value: str) -> ChangeAction:
    if value in CHANGE_ACTION_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {CHANGE_ACTION_VALUES!r}")
