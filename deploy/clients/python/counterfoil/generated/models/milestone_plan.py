from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.available_action import AvailableAction


T = TypeVar("T", bound="MilestonePlan")


@_attrs_define
class MilestonePlan:
    """All milestones of an agreement together.

    Attributes:
        available_actions (list[AvailableAction]): What the reader may do with the plan.
        buyer_confirmed_version (int | None): The version that the buyer has confirmed.
        finalized_at (None | str): When it became final.
        paid_amount_atomic (str): What the seller has received for milestones, verified; what was paid twice counts
            once.
        seller_amount_atomic (str): What the agreement is worth to the seller, atomic units.
        seller_confirmed_version (int | None): The version that the seller has confirmed.
        status (str): `none` (it is paid without milestones), `draft`, or `final`.
        unplanned_amount_atomic (str): What no milestone plans for; a plan is confirmed when that is zero.
        version (int): Grows with every change of what is planned; `expectedPlanVersion` of the next confirmation. 0
            before the first milestone.
    """

    available_actions: list[AvailableAction]
    buyer_confirmed_version: int | None
    finalized_at: None | str
    paid_amount_atomic: str
    seller_amount_atomic: str
    seller_confirmed_version: int | None
    status: str
    unplanned_amount_atomic: str
    version: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        available_actions = []
        for available_actions_item_data in self.available_actions:
            available_actions_item = available_actions_item_data.to_dict()
            available_actions.append(available_actions_item)

        buyer_confirmed_version: int | None
        buyer_confirmed_version = self.buyer_confirmed_version

        finalized_at: None | str
        finalized_at = self.finalized_at

        paid_amount_atomic = self.paid_amount_atomic

        seller_amount_atomic = self.seller_amount_atomic

        seller_confirmed_version: int | None
        seller_confirmed_version = self.seller_confirmed_version

        status = self.status

        unplanned_amount_atomic = self.unplanned_amount_atomic

        version = self.version

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "availableActions": available_actions,
                "buyerConfirmedVersion": buyer_confirmed_version,
                "finalizedAt": finalized_at,
                "paidAmountAtomic": paid_amount_atomic,
                "sellerAmountAtomic": seller_amount_atomic,
                "sellerConfirmedVersion": seller_confirmed_version,
                "status": status,
                "unplannedAmountAtomic": unplanned_amount_atomic,
                "version": version,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.available_action import AvailableAction  # noqa: PLC0415

        d = dict(src_dict)
        available_actions = []
        _available_actions = d.pop("availableActions")
        for available_actions_item_data in _available_actions:
            available_actions_item = AvailableAction.from_dict(available_actions_item_data)

            available_actions.append(available_actions_item)

        def _parse_buyer_confirmed_version(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        buyer_confirmed_version = _parse_buyer_confirmed_version(d.pop("buyerConfirmedVersion"))

        def _parse_finalized_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        finalized_at = _parse_finalized_at(d.pop("finalizedAt"))

        paid_amount_atomic = d.pop("paidAmountAtomic")

        seller_amount_atomic = d.pop("sellerAmountAtomic")

        def _parse_seller_confirmed_version(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        seller_confirmed_version = _parse_seller_confirmed_version(d.pop("sellerConfirmedVersion"))

        status = d.pop("status")

        unplanned_amount_atomic = d.pop("unplannedAmountAtomic")

        version = d.pop("version")

        milestone_plan = cls(
            available_actions=available_actions,
            buyer_confirmed_version=buyer_confirmed_version,
            finalized_at=finalized_at,
            paid_amount_atomic=paid_amount_atomic,
            seller_amount_atomic=seller_amount_atomic,
            seller_confirmed_version=seller_confirmed_version,
            status=status,
            unplanned_amount_atomic=unplanned_amount_atomic,
            version=version,
        )

        milestone_plan.additional_properties = d
        return milestone_plan

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
