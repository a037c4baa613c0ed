from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="RedeliveryBody")


@_attrs_define
class RedeliveryBody:
    """What was queued again.

    Attributes:
        already_queued (int): Events that wait for this endpoint already; they are not sent twice.
        next_after (int | None): Send the same request with this `after` for the rest of the range; null when that was
            all.
        queued (int): Deliveries that were made.
    """

    already_queued: int
    next_after: int | None
    queued: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        already_queued = self.already_queued

        next_after: int | None
        next_after = self.next_after

        queued = self.queued

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "alreadyQueued": already_queued,
                "nextAfter": next_after,
                "queued": queued,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        already_queued = d.pop("alreadyQueued")

        def _parse_next_after(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        next_after = _parse_next_after(d.pop("nextAfter"))

        queued = d.pop("queued")

        redelivery_body = cls(
            already_queued=already_queued,
            next_after=next_after,
            queued=queued,
        )

        redelivery_body.additional_properties = d
        return redelivery_body

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
