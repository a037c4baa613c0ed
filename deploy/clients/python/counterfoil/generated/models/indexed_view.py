from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="IndexedView")


@_attrs_define
class IndexedView:
    """How far a chain was read.

    Attributes:
        block (int): The newest block that was read.
        final_block (int | None): The newest block that is final; null when none is.
        halted (None | str): Why reading stopped until the operator acts; null when it goes on.
        head (int): The newest block the node has told of.
    """

    block: int
    final_block: int | None
    halted: None | str
    head: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        block = self.block

        final_block: int | None
        final_block = self.final_block

        halted: None | str
        halted = self.halted

        head = self.head

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "block": block,
                "finalBlock": final_block,
                "halted": halted,
                "head": head,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        block = d.pop("block")

        def _parse_final_block(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        final_block = _parse_final_block(d.pop("finalBlock"))

        def _parse_halted(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        halted = _parse_halted(d.pop("halted"))

        head = d.pop("head")

        indexed_view = cls(
            block=block,
            final_block=final_block,
            halted=halted,
            head=head,
        )

        indexed_view.additional_properties = d
        return indexed_view

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
