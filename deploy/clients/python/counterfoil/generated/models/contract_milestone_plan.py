from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="ContractMilestonePlan")


@_attrs_define
class ContractMilestonePlan:
    """The milestones of an agreement in short; `GET …/milestones` has them in full.

    Attributes:
        accepted (int): How many of them are accepted.
        milestones (int): How many there are, those that were cancelled left out.
        paid (int): How many have a verified payment.
        payment_due (int): How many are accepted and unpaid.
        status (str): `none` (it is paid without milestones), `draft`, or `final`.
        version (int): `version` of the plan.
    """

    accepted: int
    milestones: int
    paid: int
    payment_due: int
    status: str
    version: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        accepted = self.accepted

        milestones = self.milestones

        paid = self.paid

        payment_due = self.payment_due

        status = self.status

        version = self.version

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "accepted": accepted,
                "milestones": milestones,
                "paid": paid,
                "paymentDue": payment_due,
                "status": status,
                "version": version,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        accepted = d.pop("accepted")

        milestones = d.pop("milestones")

        paid = d.pop("paid")

        payment_due = d.pop("paymentDue")

        status = d.pop("status")

        version = d.pop("version")

        contract_milestone_plan = cls(
            accepted=accepted,
            milestones=milestones,
            paid=paid,
            payment_due=payment_due,
            status=status,
            version=version,
        )

        contract_milestone_plan.additional_properties = d
        return contract_milestone_plan

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
