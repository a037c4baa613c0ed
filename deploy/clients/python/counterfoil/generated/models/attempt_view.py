from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.failure_view import FailureView


T = TypeVar("T", bound="AttemptView")


@_attrs_define
class AttemptView:
    """What came of an attempt.

    Attributes:
        at (str): When it began.
        duration_ms (int): How long it took, in milliseconds.
        failure (FailureView | None):
        status (int | None): The status of the answer, where there was one.
    """

    at: str
    duration_ms: int
    failure: FailureView | None
    status: int | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.failure_view import FailureView  # noqa: PLC0415

        at = self.at

        duration_ms = self.duration_ms

        failure: dict[str, Any] | None
        if isinstance(self.failure, FailureView):
            failure = self.failure.to_dict()
        else:
            failure = self.failure

        status: int | None
        status = self.status

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "at": at,
                "durationMs": duration_ms,
                "failure": failure,
                "status": status,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.failure_view import FailureView  # noqa: PLC0415

        d = dict(src_dict)
        at = d.pop("at")

        duration_ms = d.pop("durationMs")

        def _parse_failure(data: object) -> FailureView | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                failure_type_0 = FailureView.from_dict(data)

                return failure_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(FailureView | None, data)

        failure = _parse_failure(d.pop("failure"))

        def _parse_status(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        status = _parse_status(d.pop("status"))

        attempt_view = cls(
            at=at,
            duration_ms=duration_ms,
            failure=failure,
            status=status,
        )

        attempt_view.additional_properties = d
        return attempt_view

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
