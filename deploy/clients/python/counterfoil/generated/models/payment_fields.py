from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="PaymentFields")


@_attrs_define
class PaymentFields:
    """The router's `Payment`: EIP-55 addresses, decimal strings.

    Attributes:
        amount (str): What the payee receives, atomic units.
        deadline (str): Last block time, unix seconds, at which the router executes it.
        fee_amount (str): The fee on top, atomic units.
        fee_recipient (str): Who receives the fee; zero when there is none.
        nonce (str): The unit's nonce under the operator.
        operator (str): On whose behalf it is signed.
        parent (str): Zero for a payment; for a refund the `requestId` of the payment that is paid back.
        payee (str): Who is paid.
        payer (str): Who pays.
        request_id (str): keccak256 of the snapshot.
        token (str): The token; zero is the native coin.
    """

    amount: str
    deadline: str
    fee_amount: str
    fee_recipient: str
    nonce: str
    operator: str
    parent: str
    payee: str
    payer: str
    request_id: str
    token: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        amount = self.amount

        deadline = self.deadline

        fee_amount = self.fee_amount

        fee_recipient = self.fee_recipient

        nonce = self.nonce

        operator = self.operator

        parent = self.parent

        payee = self.payee

        payer = self.payer

        request_id = self.request_id

        token = self.token

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "amount": amount,
                "deadline": deadline,
                "feeAmount": fee_amount,
                "feeRecipient": fee_recipient,
                "nonce": nonce,
                "operator": operator,
                "parent": parent,
                "payee": payee,
                "payer": payer,
                "requestId": request_id,
                "token": token,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        amount = d.pop("amount")

        deadline = d.pop("deadline")

        fee_amount = d.pop("feeAmount")

        fee_recipient = d.pop("feeRecipient")

        nonce = d.pop("nonce")

        operator = d.pop("operator")

        parent = d.pop("parent")

        payee = d.pop("payee")

        payer = d.pop("payer")

        request_id = d.pop("requestId")

        token = d.pop("token")

        payment_fields = cls(
            amount=amount,
            deadline=deadline,
            fee_amount=fee_amount,
            fee_recipient=fee_recipient,
            nonce=nonce,
            operator=operator,
            parent=parent,
            payee=payee,
            payer=payer,
            request_id=request_id,
            token=token,
        )

        payment_fields.additional_properties = d
        return payment_fields

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
