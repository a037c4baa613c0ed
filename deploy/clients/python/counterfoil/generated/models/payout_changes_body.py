from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.payout_change import PayoutChange


T = TypeVar("T", bound="PayoutChangesBody")


@_attrs_define
class PayoutChangesBody:
    """`{payoutChanges, payeeAddress}`

    Attributes:
        payee_address (str): Where the seller is paid now, EIP-55.
        payout_changes (list[PayoutChange]): Oldest first; all of them, because there are few.
    """

    payee_address: str
    payout_changes: list[PayoutChange]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        payee_address = self.payee_address

        payout_changes = []
        for payout_changes_item_data in self.payout_changes:
            payout_changes_item = payout_changes_item_data.to_dict()
            payout_changes.append(payout_changes_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "payeeAddress": payee_address,
                "payoutChanges": payout_changes,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.payout_change import PayoutChange  # noqa: PLC0415

        d = dict(src_dict)
        payee_address = d.pop("payeeAddress")

        payout_changes = []
        _payout_changes = d.pop("payoutChanges")
        for payout_changes_item_data in _payout_changes:
            payout_changes_item = PayoutChange.from_dict(payout_changes_item_data)

            payout_changes.append(payout_changes_item)

        payout_changes_body = cls(
            payee_address=payee_address,
            payout_changes=payout_changes,
        )

        payout_changes_body.additional_properties = d
        return payout_changes_body

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
