from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.refund_request import RefundRequest


T = TypeVar("T", bound="RefundRequestBody")


@_attrs_define
class RefundRequestBody:
    """`{refundRequest}`

    Attributes:
        refund_request (RefundRequest): A refund request without anything that can be executed.
    """

    refund_request: RefundRequest
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        refund_request = self.refund_request.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "refundRequest": refund_request,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.refund_request import RefundRequest  # noqa: PLC0415

        d = dict(src_dict)
        refund_request = RefundRequest.from_dict(d.pop("refundRequest"))

        refund_request_body = cls(
            refund_request=refund_request,
        )

        refund_request_body.additional_properties = d
        return refund_request_body

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
