from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.outstanding_requests import OutstandingRequests


T = TypeVar("T", bound="DelegateSigner")


@_attrs_define
class DelegateSigner:
    """A key that the operator has named on the chain.

    Attributes:
        address (str): EIP-55.
        block_number (int): Block of that event.
        is_revoked (bool): Whether it was revoked, rather than having run out.
        is_routing_signer (bool): Whether this instance signs with it now.
        is_valid (bool): Whether the router takes its signatures now.
        outstanding (OutstandingRequests): What a key has signed that is live (signed or submitted).
        set_at (str): Time of the block of the newest event about it.
        tx_hash (str): Transaction of that event.
        valid_until (None | str): The last second at which the router takes its signatures; null when revoked, or
            without an end.
    """

    address: str
    block_number: int
    is_revoked: bool
    is_routing_signer: bool
    is_valid: bool
    outstanding: OutstandingRequests
    set_at: str
    tx_hash: str
    valid_until: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        address = self.address

        block_number = self.block_number

        is_revoked = self.is_revoked

        is_routing_signer = self.is_routing_signer

        is_valid = self.is_valid

        outstanding = self.outstanding.to_dict()

        set_at = self.set_at

        tx_hash = self.tx_hash

        valid_until: None | str
        valid_until = self.valid_until

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "address": address,
                "blockNumber": block_number,
                "isRevoked": is_revoked,
                "isRoutingSigner": is_routing_signer,
                "isValid": is_valid,
                "outstanding": outstanding,
                "setAt": set_at,
                "txHash": tx_hash,
                "validUntil": valid_until,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.outstanding_requests import OutstandingRequests  # noqa: PLC0415

        d = dict(src_dict)
        address = d.pop("address")

        block_number = d.pop("blockNumber")

        is_revoked = d.pop("isRevoked")

        is_routing_signer = d.pop("isRoutingSigner")

        is_valid = d.pop("isValid")

        outstanding = OutstandingRequests.from_dict(d.pop("outstanding"))

        set_at = d.pop("setAt")

        tx_hash = d.pop("txHash")

        def _parse_valid_until(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        valid_until = _parse_valid_until(d.pop("validUntil"))

        delegate_signer = cls(
            address=address,
            block_number=block_number,
            is_revoked=is_revoked,
            is_routing_signer=is_routing_signer,
            is_valid=is_valid,
            outstanding=outstanding,
            set_at=set_at,
            tx_hash=tx_hash,
            valid_until=valid_until,
        )

        delegate_signer.additional_properties = d
        return delegate_signer

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
