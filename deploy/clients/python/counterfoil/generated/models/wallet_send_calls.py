from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.call import Call


T = TypeVar("T", bound="WalletSendCalls")


@_attrs_define
class WalletSendCalls:
    """Parameters of `wallet_sendCalls` (EIP-5792).

    Attributes:
        atomic_required (bool): Whether the calls have to succeed together.
        calls (list[Call]): Approval, where one is needed, then payment; values are hex quantities of wei.
        chain_id (str): EIP-155 chain id, hex quantity.
        from_ (str): The payer.
        version (str): `2.0.0`
    """

    atomic_required: bool
    calls: list[Call]
    chain_id: str
    from_: str
    version: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        atomic_required = self.atomic_required

        calls = []
        for calls_item_data in self.calls:
            calls_item = calls_item_data.to_dict()
            calls.append(calls_item)

        chain_id = self.chain_id

        from_ = self.from_

        version = self.version

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "atomicRequired": atomic_required,
                "calls": calls,
                "chainId": chain_id,
                "from": from_,
                "version": version,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.call import Call  # noqa: PLC0415

        d = dict(src_dict)
        atomic_required = d.pop("atomicRequired")

        calls = []
        _calls = d.pop("calls")
        for calls_item_data in _calls:
            calls_item = Call.from_dict(calls_item_data)

            calls.append(calls_item)

        chain_id = d.pop("chainId")

        from_ = d.pop("from")

        version = d.pop("version")

        wallet_send_calls = cls(
            atomic_required=atomic_required,
            calls=calls,
            chain_id=chain_id,
            from_=from_,
            version=version,
        )

        wallet_send_calls.additional_properties = d
        return wallet_send_calls

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
