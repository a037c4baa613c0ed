from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="Difference")


@_attrs_define
class Difference:
    """A place where chain, requests and ledger do not agree.

    Attributes:
        chain_id (int): EIP-155 chain id.
        contract_id (None | str): Its agreement.
        detail (str): What differs.
        fix (str): What to do about it.
        kind (str): `chain_only`, `database_only`, `amount`, `token`, `payer`, `terms`, `duplicate`, `ledger` or
            `unreadable`.
        payment_request_id (None | str): The payment request; null when there is none.
        refund_request_id (None | str): The refund request; null when it is not about one.
        status (None | str): The status of the refund request, or of the payment request.
        tx_hash (None | str): The transaction; null when there is none.
    """

    chain_id: int
    contract_id: None | str
    detail: str
    fix: str
    kind: str
    payment_request_id: None | str
    refund_request_id: None | str
    status: None | str
    tx_hash: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        chain_id = self.chain_id

        contract_id: None | str
        contract_id = self.contract_id

        detail = self.detail

        fix = self.fix

        kind = self.kind

        payment_request_id: None | str
        payment_request_id = self.payment_request_id

        refund_request_id: None | str
        refund_request_id = self.refund_request_id

        status: None | str
        status = self.status

        tx_hash: None | str
        tx_hash = self.tx_hash

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "chainId": chain_id,
                "contractId": contract_id,
                "detail": detail,
                "fix": fix,
                "kind": kind,
                "paymentRequestId": payment_request_id,
                "refundRequestId": refund_request_id,
                "status": status,
                "txHash": tx_hash,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        chain_id = d.pop("chainId")

        def _parse_contract_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        contract_id = _parse_contract_id(d.pop("contractId"))

        detail = d.pop("detail")

        fix = d.pop("fix")

        kind = d.pop("kind")

        def _parse_payment_request_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        payment_request_id = _parse_payment_request_id(d.pop("paymentRequestId"))

        def _parse_refund_request_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        refund_request_id = _parse_refund_request_id(d.pop("refundRequestId"))

        def _parse_status(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        status = _parse_status(d.pop("status"))

        def _parse_tx_hash(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        tx_hash = _parse_tx_hash(d.pop("txHash"))

        difference = cls(
            chain_id=chain_id,
            contract_id=contract_id,
            detail=detail,
            fix=fix,
            kind=kind,
            payment_request_id=payment_request_id,
            refund_request_id=refund_request_id,
            status=status,
            tx_hash=tx_hash,
        )

        difference.additional_properties = d
        return difference

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
