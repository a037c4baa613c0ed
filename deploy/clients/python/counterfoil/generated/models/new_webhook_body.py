from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.webhook_view import WebhookView


T = TypeVar("T", bound="NewWebhookBody")


@_attrs_define
class NewWebhookBody:
    """An endpoint with a secret that was just made.

    Attributes:
        signing_secret (None | str): What deliveries are signed with (HMAC-SHA256), shown once. Null when an idempotency
            key replays the answer: whoever has lost it has another made
            with `rotate-secret`, which leaves the one that the receiver knows in use until `previousSecretUntil`. Example:
            whsec_<44 characters of base64>.
        webhook (WebhookView): A webhook endpoint, without its secret.
    """

    signing_secret: None | str
    webhook: WebhookView
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        signing_secret: None | str
        signing_secret = self.signing_secret

        webhook = self.webhook.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "signingSecret": signing_secret,
                "webhook": webhook,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.webhook_view import WebhookView  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_signing_secret(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        signing_secret = _parse_signing_secret(d.pop("signingSecret"))

        webhook = WebhookView.from_dict(d.pop("webhook"))

        new_webhook_body = cls(
            signing_secret=signing_secret,
            webhook=webhook,
        )

        new_webhook_body.additional_properties = d
        return new_webhook_body

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
