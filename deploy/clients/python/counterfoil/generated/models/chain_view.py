from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.asset_view import AssetView
    from ..models.fee_view import FeeView
    from ..models.indexed_view import IndexedView


T = TypeVar("T", bound="ChainView")


@_attrs_define
class ChainView:
    """One chain.

    Attributes:
        assets (list[AssetView]): What can be paid with.
        chain_id (int): EIP-155 chain id.
        fee (FeeView): A fee policy.
        finality (str): When a payment is final: `confirmations:N`, `safe` or `finalized`. Example: confirmations:12.
        indexed (IndexedView | None):
        name (str): Name for people.
        network (str): CAIP-2 id. Example: eip155:8453.
        operator (str): The operator on whose behalf payments are authorised, EIP-55.
        router (str): The `PaymentRouter`, EIP-55.
        signer (None | str): The key that signs payments now, EIP-55; null when payments cannot be signed here.
    """

    assets: list[AssetView]
    chain_id: int
    fee: FeeView
    finality: str
    indexed: IndexedView | None
    name: str
    network: str
    operator: str
    router: str
    signer: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.indexed_view import IndexedView  # noqa: PLC0415

        assets = []
        for assets_item_data in self.assets:
            assets_item = assets_item_data.to_dict()
            assets.append(assets_item)

        chain_id = self.chain_id

        fee = self.fee.to_dict()

        finality = self.finality

        indexed: dict[str, Any] | None
        if isinstance(self.indexed, IndexedView):
            indexed = self.indexed.to_dict()
        else:
            indexed = self.indexed

        name = self.name

        network = self.network

        operator = self.operator

        router = self.router

        signer: None | str
        signer = self.signer

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "assets": assets,
                "chainId": chain_id,
                "fee": fee,
                "finality": finality,
                "indexed": indexed,
                "name": name,
                "network": network,
                "operator": operator,
                "router": router,
                "signer": signer,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.asset_view import AssetView  # noqa: PLC0415
        from ..models.fee_view import FeeView  # noqa: PLC0415
        from ..models.indexed_view import IndexedView  # noqa: PLC0415

        d = dict(src_dict)
        assets = []
        _assets = d.pop("assets")
        for assets_item_data in _assets:
            assets_item = AssetView.from_dict(assets_item_data)

            assets.append(assets_item)

        chain_id = d.pop("chainId")

        fee = FeeView.from_dict(d.pop("fee"))

        finality = d.pop("finality")

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

        name = d.pop("name")

        network = d.pop("network")

        operator = d.pop("operator")

        router = d.pop("router")

        def _parse_signer(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        signer = _parse_signer(d.pop("signer"))

        chain_view = cls(
            assets=assets,
            chain_id=chain_id,
            fee=fee,
            finality=finality,
            indexed=indexed,
            name=name,
            network=network,
            operator=operator,
            router=router,
            signer=signer,
        )

        chain_view.additional_properties = d
        return chain_view

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
