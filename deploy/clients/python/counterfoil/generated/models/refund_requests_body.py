from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.refund_request import RefundRequest


T = TypeVar("T", bound="RefundRequestsBody")


@_attrs_define
class RefundRequestsBody:
    """`{refundRequests, remainingRefundableAtomic, nextCursor}`

    Attributes:
        next_cursor (None | str): Where the next page starts; null on the last.
        refund_requests (list[RefundRequest]): Newest first.
        remaining_refundable_atomic (str): What of all verified payments of the agreement no refund has reserved, atomic
            units.
    """

    next_cursor: None | str
    refund_requests: list[RefundRequest]
    remaining_refundable_atomic: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        next_cursor: None | str
        next_cursor = self.next_cursor

        refund_requests = []
        for refund_requests_item_data in self.refund_requests:
            refund_requests_item = refund_requests_item_data.to_dict()
            refund_requests.append(refund_requests_item)

        remaining_refundable_atomic = self.remaining_refundable_atomic

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "nextCursor": next_cursor,
                "refundRequests": refund_requests,
                "remainingRefundableAtomic": remaining_refundable_atomic,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.refund_request import RefundRequest  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_next_cursor(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        next_cursor = _parse_next_cursor(d.pop("nextCursor"))

        refund_requests = []
        _refund_requests = d.pop("refundRequests")
        for refund_requests_item_data in _refund_requests:
            refund_requests_item = RefundRequest.from_dict(refund_requests_item_data)

            refund_requests.append(refund_requests_item)

        remaining_refundable_atomic = d.pop("remainingRefundableAtomic")

        refund_requests_body = cls(
            next_cursor=next_cursor,
            refund_requests=refund_requests,
            remaining_refundable_atomic=remaining_refundable_atomic,
        )

        refund_requests_body.additional_properties = d
        return refund_requests_body

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
