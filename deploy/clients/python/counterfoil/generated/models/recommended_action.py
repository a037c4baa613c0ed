from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="RecommendedAction")


@_attrs_define
class RecommendedAction:
    """What is best done next.

    Attributes:
        can_cancel (bool): It may be called off.
        can_submit_tx_hash (bool): A transaction may be named.
        can_use_wallet_calldata (bool): The wallet may execute the payload that this answer carries.
        can_verify_tx_hash (bool): The payment may be looked for.
        code (str): One of a closed list. Example: pay_now.
        label (str): For people.
    """

    can_cancel: bool
    can_submit_tx_hash: bool
    can_use_wallet_calldata: bool
    can_verify_tx_hash: bool
    code: str
    label: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        can_cancel = self.can_cancel

        can_submit_tx_hash = self.can_submit_tx_hash

        can_use_wallet_calldata = self.can_use_wallet_calldata

        can_verify_tx_hash = self.can_verify_tx_hash

        code = self.code

        label = self.label

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "canCancel": can_cancel,
                "canSubmitTxHash": can_submit_tx_hash,
                "canUseWalletCalldata": can_use_wallet_calldata,
                "canVerifyTxHash": can_verify_tx_hash,
                "code": code,
                "label": label,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        can_cancel = d.pop("canCancel")

        can_submit_tx_hash = d.pop("canSubmitTxHash")

        can_use_wallet_calldata = d.pop("canUseWalletCalldata")

        can_verify_tx_hash = d.pop("canVerifyTxHash")

        code = d.pop("code")

        label = d.pop("label")

        recommended_action = cls(
            can_cancel=can_cancel,
            can_submit_tx_hash=can_submit_tx_hash,
            can_use_wallet_calldata=can_use_wallet_calldata,
            can_verify_tx_hash=can_verify_tx_hash,
            code=code,
            label=label,
        )

        recommended_action.additional_properties = d
        return recommended_action

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
