from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.delegate_signer import DelegateSigner


T = TypeVar("T", bound="ChainSigners")


@_attrs_define
class ChainSigners:
    """The signers of a chain.

    Attributes:
        chain_id (int): EIP-155 chain id.
        delegates (list[DelegateSigner]): Whoever was named on the chain, in the order of addresses, as the newest event
            about each says.
        network (str): CAIP-2 id.
        operator (str): For whom they sign, EIP-55.
        routing_signer (None | str): The key that this instance signs with; null when none is configured.
        routing_signer_may (str): `sign`; `not_sign` when it was revoked or its time is over; `unknown` when no event
            that was read names it; `not_configured`.
    """

    chain_id: int
    delegates: list[DelegateSigner]
    network: str
    operator: str
    routing_signer: None | str
    routing_signer_may: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        chain_id = self.chain_id

        delegates = []
        for delegates_item_data in self.delegates:
            delegates_item = delegates_item_data.to_dict()
            delegates.append(delegates_item)

        network = self.network

        operator = self.operator

        routing_signer: None | str
        routing_signer = self.routing_signer

        routing_signer_may = self.routing_signer_may

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "chainId": chain_id,
                "delegates": delegates,
                "network": network,
                "operator": operator,
                "routingSigner": routing_signer,
                "routingSignerMay": routing_signer_may,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.delegate_signer import DelegateSigner  # noqa: PLC0415

        d = dict(src_dict)
        chain_id = d.pop("chainId")

        delegates = []
        _delegates = d.pop("delegates")
        for delegates_item_data in _delegates:
            delegates_item = DelegateSigner.from_dict(delegates_item_data)

            delegates.append(delegates_item)

        network = d.pop("network")

        operator = d.pop("operator")

        def _parse_routing_signer(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        routing_signer = _parse_routing_signer(d.pop("routingSigner"))

        routing_signer_may = d.pop("routingSignerMay")

        chain_signers = cls(
            chain_id=chain_id,
            delegates=delegates,
            network=network,
            operator=operator,
            routing_signer=routing_signer,
            routing_signer_may=routing_signer_may,
        )

        chain_signers.additional_properties = d
        return chain_signers

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
