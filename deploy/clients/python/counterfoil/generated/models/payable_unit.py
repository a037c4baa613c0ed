from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.payment_authorization import PaymentAuthorization
    from ..models.payment_protocol import PaymentProtocol


T = TypeVar("T", bound="PayableUnit")


@_attrs_define
class PayableUnit:
    """Something that can be paid.

    Attributes:
        authorization (PaymentAuthorization): Whether a payload may be asked for now.
        id (str): The agreement's id, where it is paid as a whole or in instalments by `sellerAmount`; otherwise a
            milestone's, which is `milestoneId` when a payload is asked for.
        kind (str): `contract` or `milestone`
        open_amount_atomic (str): To the seller, what is still open of it, atomic units.
        protocols (list[PaymentProtocol]): The ways to pay.
        recommended_action (str): What the reader does best next.
    """

    authorization: PaymentAuthorization
    id: str
    kind: str
    open_amount_atomic: str
    protocols: list[PaymentProtocol]
    recommended_action: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        authorization = self.authorization.to_dict()

        id = self.id

        kind = self.kind

        open_amount_atomic = self.open_amount_atomic

        protocols = []
        for protocols_item_data in self.protocols:
            protocols_item = protocols_item_data.to_dict()
            protocols.append(protocols_item)

        recommended_action = self.recommended_action

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "authorization": authorization,
                "id": id,
                "kind": kind,
                "openAmountAtomic": open_amount_atomic,
                "protocols": protocols,
                "recommendedAction": recommended_action,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.payment_authorization import PaymentAuthorization  # noqa: PLC0415
        from ..models.payment_protocol import PaymentProtocol  # noqa: PLC0415

        d = dict(src_dict)
        authorization = PaymentAuthorization.from_dict(d.pop("authorization"))

        id = d.pop("id")

        kind = d.pop("kind")

        open_amount_atomic = d.pop("openAmountAtomic")

        protocols = []
        _protocols = d.pop("protocols")
        for protocols_item_data in _protocols:
            protocols_item = PaymentProtocol.from_dict(protocols_item_data)

            protocols.append(protocols_item)

        recommended_action = d.pop("recommendedAction")

        payable_unit = cls(
            authorization=authorization,
            id=id,
            kind=kind,
            open_amount_atomic=open_amount_atomic,
            protocols=protocols,
            recommended_action=recommended_action,
        )

        payable_unit.additional_properties = d
        return payable_unit

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
