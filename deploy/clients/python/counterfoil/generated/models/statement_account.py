from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.statement_line_view import StatementLineView


T = TypeVar("T", bound="StatementAccount")


@_attrs_define
class StatementAccount:
    """An account of the JSON document. Written in parts, never held as a whole.

    Attributes:
        account (str): `buyer_external` (what the caller has paid), `seller_proceeds` (what it has received and not
            promised back) or `refund_due` (what it has approved to pay back
            and has not).
        asset_id (str): CAIP-19.
        closing_atomic (str): What stands on it at the end.
        lines (list[StatementLineView]): Every line, in the order of booking.
        opening_atomic (str): What stood on it when the period began.
        token_decimals (int): Its decimals.
        token_symbol (str): Its ticker.
    """

    account: str
    asset_id: str
    closing_atomic: str
    lines: list[StatementLineView]
    opening_atomic: str
    token_decimals: int
    token_symbol: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        account = self.account

        asset_id = self.asset_id

        closing_atomic = self.closing_atomic

        lines = []
        for lines_item_data in self.lines:
            lines_item = lines_item_data.to_dict()
            lines.append(lines_item)

        opening_atomic = self.opening_atomic

        token_decimals = self.token_decimals

        token_symbol = self.token_symbol

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "account": account,
                "assetId": asset_id,
                "closingAtomic": closing_atomic,
                "lines": lines,
                "openingAtomic": opening_atomic,
                "tokenDecimals": token_decimals,
                "tokenSymbol": token_symbol,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.statement_line_view import StatementLineView  # noqa: PLC0415

        d = dict(src_dict)
        account = d.pop("account")

        asset_id = d.pop("assetId")

        closing_atomic = d.pop("closingAtomic")

        lines = []
        _lines = d.pop("lines")
        for lines_item_data in _lines:
            lines_item = StatementLineView.from_dict(lines_item_data)

            lines.append(lines_item)

        opening_atomic = d.pop("openingAtomic")

        token_decimals = d.pop("tokenDecimals")

        token_symbol = d.pop("tokenSymbol")

        statement_account = cls(
            account=account,
            asset_id=asset_id,
            closing_atomic=closing_atomic,
            lines=lines,
            opening_atomic=opening_atomic,
            token_decimals=token_decimals,
            token_symbol=token_symbol,
        )

        statement_account.additional_properties = d
        return statement_account

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
