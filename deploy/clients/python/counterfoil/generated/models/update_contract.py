from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.update_contract_payment_proof_type_0 import (
        UpdateContractPaymentProofType0,
    )


T = TypeVar("T", bound="UpdateContract")


@_attrs_define
class UpdateContract:
    """A payment declared by hand, as some clients send it. It is never taken.

    Example:
        {'paymentProof': {'txHash': '0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060'}}

    Attributes:
        payment_proof (None | Unset | UpdateContractPaymentProofType0): A claimed proof.
        payment_status (None | str | Unset): A claimed payment status.
        tx_hash (None | str | Unset): A claimed transaction.
    """

    payment_proof: None | Unset | UpdateContractPaymentProofType0 = UNSET
    payment_status: None | str | Unset = UNSET
    tx_hash: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        from ..models.update_contract_payment_proof_type_0 import (
            UpdateContractPaymentProofType0,  # noqa: PLC0415
        )

        payment_proof: dict[str, Any] | None | Unset
        if isinstance(self.payment_proof, Unset):
            payment_proof = UNSET
        elif isinstance(self.payment_proof, UpdateContractPaymentProofType0):
            payment_proof = self.payment_proof.to_dict()
        else:
            payment_proof = self.payment_proof

        payment_status: None | str | Unset
        if isinstance(self.payment_status, Unset):
            payment_status = UNSET
        else:
            payment_status = self.payment_status

        tx_hash: None | str | Unset
        if isinstance(self.tx_hash, Unset):
            tx_hash = UNSET
        else:
            tx_hash = self.tx_hash

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if payment_proof is not UNSET:
            field_dict["paymentProof"] = payment_proof
        if payment_status is not UNSET:
            field_dict["paymentStatus"] = payment_status
        if tx_hash is not UNSET:
            field_dict["txHash"] = tx_hash

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.update_contract_payment_proof_type_0 import (
            UpdateContractPaymentProofType0,  # noqa: PLC0415
        )

        d = dict(src_dict)

        def _parse_payment_proof(data: object) -> None | Unset | UpdateContractPaymentProofType0:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                payment_proof_type_0 = UpdateContractPaymentProofType0.from_dict(data)

                return payment_proof_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | UpdateContractPaymentProofType0, data)

        payment_proof = _parse_payment_proof(d.pop("paymentProof", UNSET))

        def _parse_payment_status(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        payment_status = _parse_payment_status(d.pop("paymentStatus", UNSET))

        def _parse_tx_hash(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        tx_hash = _parse_tx_hash(d.pop("txHash", UNSET))

        update_contract = cls(
            payment_proof=payment_proof,
            payment_status=payment_status,
            tx_hash=tx_hash,
        )

        return update_contract
