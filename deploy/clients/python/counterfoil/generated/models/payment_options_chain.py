from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="PaymentOptionsChain")


@_attrs_define
class PaymentOptionsChain:
    """The chain of an agreement.

    Attributes:
        chain_id (int): EIP-155 chain id.
        finality (str): When a payment is final.
        indexer (str): `following`, `lagging`, `halted` or `not_started`.
    """

    chain_id: int
    finality: str
    indexer: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        chain_id = self.chain_id

        finality = self.finality

        indexer = self.indexer

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "chainId": chain_id,
                "finality": finality,
                "indexer": indexer,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        chain_id = d.pop("chainId")

        finality = d.pop("finality")

        indexer = d.pop("indexer")

        payment_options_chain = cls(
            chain_id=chain_id,
            finality=finality,
            indexer=indexer,
        )

        payment_options_chain.additional_properties = d
        return payment_options_chain

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
