from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.funding_target import FundingTarget
    from ..models.readiness import Readiness


T = TypeVar("T", bound="OnboardingChain")


@_attrs_define
class OnboardingChain:
    """One chain.

    Attributes:
        chain_id (int): EIP-155 chain id.
        funding_targets (list[FundingTarget]): Which wallets of the caller need what to pay here.
        name (str): Name for people.
        network (str): CAIP-2 id. Example: eip155:8453.
        router (Readiness): One thing that is ready or not.
        seller_payout (Readiness): One thing that is ready or not.
        tokens (Readiness): One thing that is ready or not.
    """

    chain_id: int
    funding_targets: list[FundingTarget]
    name: str
    network: str
    router: Readiness
    seller_payout: Readiness
    tokens: Readiness
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        chain_id = self.chain_id

        funding_targets = []
        for funding_targets_item_data in self.funding_targets:
            funding_targets_item = funding_targets_item_data.to_dict()
            funding_targets.append(funding_targets_item)

        name = self.name

        network = self.network

        router = self.router.to_dict()

        seller_payout = self.seller_payout.to_dict()

        tokens = self.tokens.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "chainId": chain_id,
                "fundingTargets": funding_targets,
                "name": name,
                "network": network,
                "router": router,
                "sellerPayout": seller_payout,
                "tokens": tokens,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.funding_target import FundingTarget  # noqa: PLC0415
        from ..models.readiness import Readiness  # noqa: PLC0415

        d = dict(src_dict)
        chain_id = d.pop("chainId")

        funding_targets = []
        _funding_targets = d.pop("fundingTargets")
        for funding_targets_item_data in _funding_targets:
            funding_targets_item = FundingTarget.from_dict(funding_targets_item_data)

            funding_targets.append(funding_targets_item)

        name = d.pop("name")

        network = d.pop("network")

        router = Readiness.from_dict(d.pop("router"))

        seller_payout = Readiness.from_dict(d.pop("sellerPayout"))

        tokens = Readiness.from_dict(d.pop("tokens"))

        onboarding_chain = cls(
            chain_id=chain_id,
            funding_targets=funding_targets,
            name=name,
            network=network,
            router=router,
            seller_payout=seller_payout,
            tokens=tokens,
        )

        onboarding_chain.additional_properties = d
        return onboarding_chain

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
