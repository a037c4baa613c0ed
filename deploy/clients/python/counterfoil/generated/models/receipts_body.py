from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.not_issued_receipt import NotIssuedReceipt
    from ..models.receipt import Receipt
    from ..models.revoked_receipt import RevokedReceipt
    from ..models.settled_refund import SettledRefund


T = TypeVar("T", bound="ReceiptsBody")


@_attrs_define
class ReceiptsBody:
    """`{receipts, refunds, revoked, inspectionRequired, notIssued}`

    Attributes:
        inspection_required (list[str]): Payment requests whose payment does not prove itself: there is no receipt for
            them.
        not_issued (list[NotIssuedReceipt]): Verified payments whose receipt nobody has read yet, and that cannot be
            signed now.
        receipts (list[Receipt]): One per verified payment, oldest first.
        refunds (list[SettledRefund]): What of these payments has been paid back so far.
        revoked (list[RevokedReceipt]): Receipts that a reorganisation of the chain took back, and that nothing has
            replaced.
    """

    inspection_required: list[str]
    not_issued: list[NotIssuedReceipt]
    receipts: list[Receipt]
    refunds: list[SettledRefund]
    revoked: list[RevokedReceipt]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        inspection_required = self.inspection_required

        not_issued = []
        for not_issued_item_data in self.not_issued:
            not_issued_item = not_issued_item_data.to_dict()
            not_issued.append(not_issued_item)

        receipts = []
        for receipts_item_data in self.receipts:
            receipts_item = receipts_item_data.to_dict()
            receipts.append(receipts_item)

        refunds = []
        for refunds_item_data in self.refunds:
            refunds_item = refunds_item_data.to_dict()
            refunds.append(refunds_item)

        revoked = []
        for revoked_item_data in self.revoked:
            revoked_item = revoked_item_data.to_dict()
            revoked.append(revoked_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "inspectionRequired": inspection_required,
                "notIssued": not_issued,
                "receipts": receipts,
                "refunds": refunds,
                "revoked": revoked,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.not_issued_receipt import NotIssuedReceipt  # noqa: PLC0415
        from ..models.receipt import Receipt  # noqa: PLC0415
        from ..models.revoked_receipt import RevokedReceipt  # noqa: PLC0415
        from ..models.settled_refund import SettledRefund  # noqa: PLC0415

        d = dict(src_dict)
        inspection_required = cast(list[str], d.pop("inspectionRequired"))

        not_issued = []
        _not_issued = d.pop("notIssued")
        for not_issued_item_data in _not_issued:
            not_issued_item = NotIssuedReceipt.from_dict(not_issued_item_data)

            not_issued.append(not_issued_item)

        receipts = []
        _receipts = d.pop("receipts")
        for receipts_item_data in _receipts:
            receipts_item = Receipt.from_dict(receipts_item_data)

            receipts.append(receipts_item)

        refunds = []
        _refunds = d.pop("refunds")
        for refunds_item_data in _refunds:
            refunds_item = SettledRefund.from_dict(refunds_item_data)

            refunds.append(refunds_item)

        revoked = []
        _revoked = d.pop("revoked")
        for revoked_item_data in _revoked:
            revoked_item = RevokedReceipt.from_dict(revoked_item_data)

            revoked.append(revoked_item)

        receipts_body = cls(
            inspection_required=inspection_required,
            not_issued=not_issued,
            receipts=receipts,
            refunds=refunds,
            revoked=revoked,
        )

        receipts_body.additional_properties = d
        return receipts_body

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
