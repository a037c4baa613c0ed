from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.call import Call
    from ..models.decoded_call import DecodedCall
    from ..models.payment_typed_data import PaymentTypedData
    from ..models.wallet_send_calls import WalletSendCalls


T = TypeVar("T", bound="Execution")


@_attrs_define
class Execution:
    """One payment or refund, ready to execute. Only whoever pays it is shown it.

    Attributes:
        chain_id (int): EIP-155 chain id.
        decoded_call (DecodedCall): The name and the arguments of a call.
        digest (str): The EIP-712 digest that was signed.
        payment (Call): A transaction to send.
        request_id (str): keccak256 of the snapshot.
        signature (str): The signature, 65 bytes in hex.
        snapshot (str): The canonical JSON (RFC 8785) of all that was agreed and asked; parse it to read it, hash its
            bytes to check it.
        typed_data (PaymentTypedData): EIP-712 typed data, as `eth_signTypedData_v4` takes it.
        wallet_send_calls (WalletSendCalls): Parameters of `wallet_sendCalls` (EIP-5792).
        approval (Call | None | Unset):
    """

    chain_id: int
    decoded_call: DecodedCall
    digest: str
    payment: Call
    request_id: str
    signature: str
    snapshot: str
    typed_data: PaymentTypedData
    wallet_send_calls: WalletSendCalls
    approval: Call | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.call import Call  # noqa: PLC0415

        chain_id = self.chain_id

        decoded_call = self.decoded_call.to_dict()

        digest = self.digest

        payment = self.payment.to_dict()

        request_id = self.request_id

        signature = self.signature

        snapshot = self.snapshot

        typed_data = self.typed_data.to_dict()

        wallet_send_calls = self.wallet_send_calls.to_dict()

        approval: dict[str, Any] | None | Unset
        if isinstance(self.approval, Unset):
            approval = UNSET
        elif isinstance(self.approval, Call):
            approval = self.approval.to_dict()
        else:
            approval = self.approval

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "chainId": chain_id,
                "decodedCall": decoded_call,
                "digest": digest,
                "payment": payment,
                "requestId": request_id,
                "signature": signature,
                "snapshot": snapshot,
                "typedData": typed_data,
                "walletSendCalls": wallet_send_calls,
            }
        )
        if approval is not UNSET:
            field_dict["approval"] = approval

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.call import Call  # noqa: PLC0415
        from ..models.decoded_call import DecodedCall  # noqa: PLC0415
        from ..models.payment_typed_data import PaymentTypedData  # noqa: PLC0415
        from ..models.wallet_send_calls import WalletSendCalls  # noqa: PLC0415

        d = dict(src_dict)
        chain_id = d.pop("chainId")

        decoded_call = DecodedCall.from_dict(d.pop("decodedCall"))

        digest = d.pop("digest")

        payment = Call.from_dict(d.pop("payment"))

        request_id = d.pop("requestId")

        signature = d.pop("signature")

        snapshot = d.pop("snapshot")

        typed_data = PaymentTypedData.from_dict(d.pop("typedData"))

        wallet_send_calls = WalletSendCalls.from_dict(d.pop("walletSendCalls"))

        def _parse_approval(data: object) -> Call | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                approval_type_0 = Call.from_dict(data)

                return approval_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Call | None | Unset, data)

        approval = _parse_approval(d.pop("approval", UNSET))

        execution = cls(
            chain_id=chain_id,
            decoded_call=decoded_call,
            digest=digest,
            payment=payment,
            request_id=request_id,
            signature=signature,
            snapshot=snapshot,
            typed_data=typed_data,
            wallet_send_calls=wallet_send_calls,
            approval=approval,
        )

        execution.additional_properties = d
        return execution

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
