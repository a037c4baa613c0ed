from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.fee_view import FeeView
    from ..models.indexed_view import IndexedView


T = TypeVar("T", bound="ManagedChain")


@_attrs_define
class ManagedChain:
    """One chain, as whoever runs the instance sees it.

    Attributes:
        chain_id (int): EIP-155 chain id.
        fee (FeeView): A fee policy.
        finality (str): When a payment is final.
        following (str): `following`, `not_started`, `lagging` or `halted`.
        heard_at (None | str): When whoever reads it last had an answer from its node.
        indexed (IndexedView | None):
        lag_seconds (int | None): How far reading is behind, in seconds; null before the first block.
        name (str): Name for people.
        network (str): CAIP-2 id.
        operator (str): The operator on whose behalf payments are authorised, EIP-55.
        router (str): The `PaymentRouter`, EIP-55.
    """

    chain_id: int
    fee: FeeView
    finality: str
    following: str
    heard_at: None | str
    indexed: IndexedView | None
    lag_seconds: int | None
    name: str
    network: str
    operator: str
    router: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.indexed_view import IndexedView  # noqa: PLC0415

        chain_id = self.chain_id

        fee = self.fee.to_dict()

        finality = self.finality

        following = self.following

        heard_at: None | str
        heard_at = self.heard_at

        indexed: dict[str, Any] | None
        if isinstance(self.indexed, IndexedView):
            indexed = self.indexed.to_dict()
        else:
            indexed = self.indexed

        lag_seconds: int | None
        lag_seconds = self.lag_seconds

        name = self.name

        network = self.network

        operator = self.operator

        router = self.router

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "chainId": chain_id,
                "fee": fee,
                "finality": finality,
                "following": following,
                "heardAt": heard_at,
                "indexed": indexed,
                "lagSeconds": lag_seconds,
                "name": name,
                "network": network,
                "operator": operator,
                "router": router,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.fee_view import FeeView  # noqa: PLC0415
        from ..models.indexed_view import IndexedView  # noqa: PLC0415

        d = dict(src_dict)
        chain_id = d.pop("chainId")

        fee = FeeView.from_dict(d.pop("fee"))

        finality = d.pop("finality")

        following = d.pop("following")

        def _parse_heard_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        heard_at = _parse_heard_at(d.pop("heardAt"))

        def _parse_indexed(data: object) -> IndexedView | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                indexed_type_0 = IndexedView.from_dict(data)

                return indexed_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(IndexedView | None, data)

        indexed = _parse_indexed(d.pop("indexed"))

        def _parse_lag_seconds(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        lag_seconds = _parse_lag_seconds(d.pop("lagSeconds"))

        name = d.pop("name")

        network = d.pop("network")

        operator = d.pop("operator")

        router = d.pop("router")

        managed_chain = cls(
            chain_id=chain_id,
            fee=fee,
            finality=finality,
            following=following,
            heard_at=heard_at,
            indexed=indexed,
            lag_seconds=lag_seconds,
            name=name,
            network=network,
            operator=operator,
            router=router,
        )

        managed_chain.additional_properties = d
        return managed_chain

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
