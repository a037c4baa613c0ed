from typing import Literal

RefundAction = Literal["approve", "cancel", "deny"]

REFUND_ACTION_VALUES: set[RefundAction] = {
    "approve",
    "cancel",
    "deny",
}


def check_refund_action(value: str) -> RefundAction:
    if value in REFUND_ACTION_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {REFUND_ACTION_VALUES!r}")
