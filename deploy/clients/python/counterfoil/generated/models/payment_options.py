from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.available_action import AvailableAction
    from ..models.payable_unit import PayableUnit
    from ..models.payment_options_chain import PaymentOptionsChain
    from ..models.payment_options_state import PaymentOptionsState


T = TypeVar("T", bound="PaymentOptions")


@_attrs_define
class PaymentOptions:
    """What can be paid, how, and whether now.

    Attributes:
        actor_role (str): `buyer`, `seller`, `evaluator` or `operator`.
        available_actions (list[AvailableAction]): What the reader may do.
        chain (PaymentOptionsChain): The chain of an agreement.
        contract_id (str): The agreement.
        payable_units (list[PayableUnit]): What can be paid: the agreement, or its milestones in their order, where it
            has some.
        payment_management (str): `buyer`: only the buyer's wallet pays.
        state (PaymentOptionsState): Where payment of the agreement stands.
    """

    actor_role: str
    available_actions: list[AvailableAction]
    chain: PaymentOptionsChain
    contract_id: str
    payable_units: list[PayableUnit]
    payment_management: str
    state: PaymentOptionsState
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        actor_role = self.actor_role

        available_actions = []
        for available_actions_item_data in self.available_actions:
            available_actions_item = available_actions_item_data.to_dict()
            available_actions.append(available_actions_item)

        chain = self.chain.to_dict()

        contract_id = self.contract_id

        payable_units = []
        for payable_units_item_data in self.payable_units:
            payable_units_item = payable_units_item_data.to_dict()
            payable_units.append(payable_units_item)

        payment_management = self.payment_management

        state = self.state.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "actorRole": actor_role,
                "availableActions": available_actions,
                "chain": chain,
                "contractId": contract_id,
                "payableUnits": payable_units,
                "paymentManagement": payment_management,
                "state": state,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.available_action import AvailableAction  # noqa: PLC0415
        from ..models.payable_unit import PayableUnit  # noqa: PLC0415
        from ..models.payment_options_chain import PaymentOptionsChain  # noqa: PLC0415
        from ..models.payment_options_state import PaymentOptionsState  # noqa: PLC0415

        d = dict(src_dict)
        actor_role = d.pop("actorRole")

        available_actions = []
        _available_actions = d.pop("availableActions")
        for available_actions_item_data in _available_actions:
            available_actions_item = AvailableAction.from_dict(available_actions_item_data)

            available_actions.append(available_actions_item)

        chain = PaymentOptionsChain.from_dict(d.pop("chain"))

        contract_id = d.pop("contractId")

        payable_units = []
        _payable_units = d.pop("payableUnits")
        for payable_units_item_data in _payable_units:
            payable_units_item = PayableUnit.from_dict(payable_units_item_data)

            payable_units.append(payable_units_item)

        payment_management = d.pop("paymentManagement")

        state = PaymentOptionsState.from_dict(d.pop("state"))

        payment_options = cls(
            actor_role=actor_role,
            available_actions=available_actions,
            chain=chain,
            contract_id=contract_id,
            payable_units=payable_units,
            payment_management=payment_management,
            state=state,
        )

        payment_options.additional_properties = d
        return payment_options

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
