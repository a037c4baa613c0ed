from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.profile_view import ProfileView
    from ..models.token_view import TokenView
    from ..models.wallet_view import WalletView


T = TypeVar("T", bound="MeBody")


@_attrs_define
class MeBody:
    """The caller.

    Attributes:
        credential (TokenView): A bearer token, without the secret.
        profile (ProfileView): A party: buyer, seller, evaluator or operator of a marketplace.
        wallets (list[WalletView]): The wallets it has proved it controls.
    """

    credential: TokenView
    profile: ProfileView
    wallets: list[WalletView]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        credential = self.credential.to_dict()

        profile = self.profile.to_dict()

        wallets = []
        for wallets_item_data in self.wallets:
            wallets_item = wallets_item_data.to_dict()
            wallets.append(wallets_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "credential": credential,
                "profile": profile,
                "wallets": wallets,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.profile_view import ProfileView  # noqa: PLC0415
        from ..models.token_view import TokenView  # noqa: PLC0415
        from ..models.wallet_view import WalletView  # noqa: PLC0415

        d = dict(src_dict)
        credential = TokenView.from_dict(d.pop("credential"))

        profile = ProfileView.from_dict(d.pop("profile"))

        wallets = []
        _wallets = d.pop("wallets")
        for wallets_item_data in _wallets:
            wallets_item = WalletView.from_dict(wallets_item_data)

            wallets.append(wallets_item)

        me_body = cls(
            credential=credential,
            profile=profile,
            wallets=wallets,
        )

        me_body.additional_properties = d
        return me_body

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
