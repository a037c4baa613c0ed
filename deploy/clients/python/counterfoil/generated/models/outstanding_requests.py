from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="OutstandingRequests")


@_attrs_define
class OutstandingRequests:
    """What a key has signed that is live (signed or submitted).

    Attributes:
        last_expires_at (None | str): The latest of their deadlines; null when there are none.
        requests (int): How many payment requests.
    """

    last_expires_at: None | str
    requests: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        last_expires_at: None | str
        last_expires_at = self.last_expires_at

        requests = self.requests

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "lastExpiresAt": last_expires_at,
                "requests": requests,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_last_expires_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        last_expires_at = _parse_last_expires_at(d.pop("lastExpiresAt"))

        requests = d.pop("requests")

        outstanding_requests = cls(
            last_expires_at=last_expires_at,
            requests=requests,
        )

        outstanding_requests.additional_properties = d
        return outstanding_requests

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
