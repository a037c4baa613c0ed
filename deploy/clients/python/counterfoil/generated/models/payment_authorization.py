from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.payment_reason import PaymentReason


T = TypeVar("T", bound="PaymentAuthorization")


@_attrs_define
class PaymentAuthorization:
    """Whether a payload may be asked for now.

    Attributes:
        decision (str): `allow`, `deny`, or `not_applicable` for who does not pay.
        reasons (list[PaymentReason]): Why not.
        source (str): `agreement`: the rules of the agreement decide.
    """

    decision: str
    reasons: list[PaymentReason]
    source: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        decision = self.decision

        reasons = []
        for reasons_item_data in self.reasons:
            reasons_item = reasons_item_data.to_dict()
            reasons.append(reasons_item)

        source = self.source

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "decision": decision,
                "reasons": reasons,
                "source": source,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.payment_reason import PaymentReason  # noqa: PLC0415

        d = dict(src_dict)
        decision = d.pop("decision")

        reasons = []
        _reasons = d.pop("reasons")
        for reasons_item_data in _reasons:
            reasons_item = PaymentReason.from_dict(reasons_item_data)

            reasons.append(reasons_item)

        source = d.pop("source")

        payment_authorization = cls(
            decision=decision,
            reasons=reasons,
            source=source,
        )

        payment_authorization.additional_properties = d
        return payment_authorization

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
