from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="AlivePayload")


@_attrs_define
class AlivePayload:
    """A request that can still be paid.

    Attributes:
        payable_until (str): Until which block time.
        payee_address (str): Whom it pays, EIP-55.
        payment_request_id (str): `pr_…`
    """

    payable_until: str
    payee_address: str
    payment_request_id: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        payable_until = self.payable_until

        payee_address = self.payee_address

        payment_request_id = self.payment_request_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "payableUntil": payable_until,
                "payeeAddress": payee_address,
                "paymentRequestId": payment_request_id,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        payable_until = d.pop("payableUntil")

        payee_address = d.pop("payeeAddress")

        payment_request_id = d.pop("paymentRequestId")

        alive_payload = cls(
            payable_until=payable_until,
            payee_address=payee_address,
            payment_request_id=payment_request_id,
        )

        alive_payload.additional_properties = d
        return alive_payload

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
