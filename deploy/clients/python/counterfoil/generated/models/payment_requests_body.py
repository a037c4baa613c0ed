from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.payment_request import PaymentRequest


T = TypeVar("T", bound="PaymentRequestsBody")


@_attrs_define
class PaymentRequestsBody:
    """`{paymentRequests, nextCursor}`

    Attributes:
        next_cursor (None | str): Where the next page starts; null on the last.
        payment_requests (list[PaymentRequest]): Newest first.
    """

    next_cursor: None | str
    payment_requests: list[PaymentRequest]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        next_cursor: None | str
        next_cursor = self.next_cursor

        payment_requests = []
        for payment_requests_item_data in self.payment_requests:
            payment_requests_item = payment_requests_item_data.to_dict()
            payment_requests.append(payment_requests_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "nextCursor": next_cursor,
                "paymentRequests": payment_requests,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.payment_request import PaymentRequest  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_next_cursor(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        next_cursor = _parse_next_cursor(d.pop("nextCursor"))

        payment_requests = []
        _payment_requests = d.pop("paymentRequests")
        for payment_requests_item_data in _payment_requests:
            payment_requests_item = PaymentRequest.from_dict(payment_requests_item_data)

            payment_requests.append(payment_requests_item)

        payment_requests_body = cls(
            next_cursor=next_cursor,
            payment_requests=payment_requests,
        )

        payment_requests_body.additional_properties = d
        return payment_requests_body

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
