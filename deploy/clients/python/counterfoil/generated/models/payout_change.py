from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.alive_payload import AlivePayload
    from ..models.available_action import AvailableAction
    from ..models.payout_change_typed_data import PayoutChangeTypedData


T = TypeVar("T", bound="PayoutChange")


@_attrs_define
class PayoutChange:
    """A change of where the seller of an agreement is paid.

    Attributes:
        actor_role (str): The reader's role.
        available_actions (list[AvailableAction]): What the reader may do.
        confirmable_after (str): From when on it can be confirmed: a change that no wallet has signed has to stand for a
            day.
        confirmed_at (None | str): When the buyer confirmed it: requests signed from then on pay there.
        confirmed_by (None | str): How the buyer confirmed: `signature` of its wallet, or `token`.
        contract_id (str): The agreement.
        created_at (str): When the seller asked.
        digest (str): Its digest.
        id (str): `poc_…`
        note (None | str): Why.
        number (int): Which change of it, from 1.
        payee_address (str): Where it wants to be paid, EIP-55.
        previous_payee_address (str): Where the seller was paid when it asked, EIP-55.
        requested_by (str): How the seller asked: `signature` of its wallet, or `token`.
        requests_for_other_payees (list[AlivePayload]): Requests that are signed for another payee and can still be
            paid: what is signed stays as it is.
        status (str): `requested`, `confirmed`, `superseded`, `declined` or `cancelled`.
        typed_data (PayoutChangeTypedData): EIP-712 typed data of a payout change.
        updated_at (str): When it last changed; `expectedUpdatedAt` of the next change.
        warning (str): What to do before confirming.
    """

    actor_role: str
    available_actions: list[AvailableAction]
    confirmable_after: str
    confirmed_at: None | str
    confirmed_by: None | str
    contract_id: str
    created_at: str
    digest: str
    id: str
    note: None | str
    number: int
    payee_address: str
    previous_payee_address: str
    requested_by: str
    requests_for_other_payees: list[AlivePayload]
    status: str
    typed_data: PayoutChangeTypedData
    updated_at: str
    warning: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        actor_role = self.actor_role

        available_actions = []
        for available_actions_item_data in self.available_actions:
            available_actions_item = available_actions_item_data.to_dict()
            available_actions.append(available_actions_item)

        confirmable_after = self.confirmable_after

        confirmed_at: None | str
        confirmed_at = self.confirmed_at

        confirmed_by: None | str
        confirmed_by = self.confirmed_by

        contract_id = self.contract_id

        created_at = self.created_at

        digest = self.digest

        id = self.id

        note: None | str
        note = self.note

        number = self.number

        payee_address = self.payee_address

        previous_payee_address = self.previous_payee_address

        requested_by = self.requested_by

        requests_for_other_payees = []
        for requests_for_other_payees_item_data in self.requests_for_other_payees:
            requests_for_other_payees_item = requests_for_other_payees_item_data.to_dict()
            requests_for_other_payees.append(requests_for_other_payees_item)

        status = self.status

        typed_data = self.typed_data.to_dict()

        updated_at = self.updated_at

        warning = self.warning

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "actorRole": actor_role,
                "availableActions": available_actions,
                "confirmableAfter": confirmable_after,
                "confirmedAt": confirmed_at,
                "confirmedBy": confirmed_by,
                "contractId": contract_id,
                "createdAt": created_at,
                "digest": digest,
                "id": id,
                "note": note,
                "number": number,
                "payeeAddress": payee_address,
                "previousPayeeAddress": previous_payee_address,
                "requestedBy": requested_by,
                "requestsForOtherPayees": requests_for_other_payees,
                "status": status,
                "typedData": typed_data,
                "updatedAt": updated_at,
                "warning": warning,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.alive_payload import AlivePayload  # noqa: PLC0415
        from ..models.available_action import AvailableAction  # noqa: PLC0415
        from ..models.payout_change_typed_data import (
            PayoutChangeTypedData,  # noqa: PLC0415
        )

        d = dict(src_dict)
        actor_role = d.pop("actorRole")

        available_actions = []
        _available_actions = d.pop("availableActions")
        for available_actions_item_data in _available_actions:
            available_actions_item = AvailableAction.from_dict(available_actions_item_data)

            available_actions.append(available_actions_item)

        confirmable_after = d.pop("confirmableAfter")

        def _parse_confirmed_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        confirmed_at = _parse_confirmed_at(d.pop("confirmedAt"))

        def _parse_confirmed_by(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        confirmed_by = _parse_confirmed_by(d.pop("confirmedBy"))

        contract_id = d.pop("contractId")

        created_at = d.pop("createdAt")

        digest = d.pop("digest")

        id = d.pop("id")

        def _parse_note(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        note = _parse_note(d.pop("note"))

        number = d.pop("number")

        payee_address = d.pop("payeeAddress")

        previous_payee_address = d.pop("previousPayeeAddress")

        requested_by = d.pop("requestedBy")

        requests_for_other_payees = []
        _requests_for_other_payees = d.pop("requestsForOtherPayees")
        for requests_for_other_payees_item_data in _requests_for_other_payees:
            requests_for_other_payees_item = AlivePayload.from_dict(requests_for_other_payees_item_data)

            requests_for_other_payees.append(requests_for_other_payees_item)

        status = d.pop("status")

        typed_data = PayoutChangeTypedData.from_dict(d.pop("typedData"))

        updated_at = d.pop("updatedAt")

        warning = d.pop("warning")

        payout_change = cls(
            actor_role=actor_role,
            available_actions=available_actions,
            confirmable_after=confirmable_after,
            confirmed_at=confirmed_at,
            confirmed_by=confirmed_by,
            contract_id=contract_id,
            created_at=created_at,
            digest=digest,
            id=id,
            note=note,
            number=number,
            payee_address=payee_address,
            previous_payee_address=previous_payee_address,
            requested_by=requested_by,
            requests_for_other_payees=requests_for_other_payees,
            status=status,
            typed_data=typed_data,
            updated_at=updated_at,
            warning=warning,
        )

        payout_change.additional_properties = d
        return payout_change

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
