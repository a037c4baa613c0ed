from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.payment_fields import PaymentFields


T = TypeVar("T", bound="DecodedCall")


@_attrs_define
class DecodedCall:
    """The name and the arguments of a call.

    Attributes:
        args (list[PaymentFields | str]): The payment (as `typedData.message`), then the signature.
        function_name (str): `pay`
    """

    args: list[PaymentFields | str]
    function_name: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.payment_fields import PaymentFields  # noqa: PLC0415

        args = []
        for args_item_data in self.args:
            args_item: dict[str, Any] | str
            if isinstance(args_item_data, PaymentFields):
                args_item = args_item_data.to_dict()
            else:
                args_item = args_item_data
            args.append(args_item)

        function_name = self.function_name

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "args": args,
                "functionName": function_name,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.payment_fields import PaymentFields  # noqa: PLC0415

        d = dict(src_dict)
        args = []
        _args = d.pop("args")
        for args_item_data in _args:

            def _parse_args_item(data: object) -> PaymentFields | str:
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    componentsschemas_call_argument_type_0 = PaymentFields.from_dict(data)

                    return componentsschemas_call_argument_type_0
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                return cast(PaymentFields | str, data)

            args_item = _parse_args_item(args_item_data)

            args.append(args_item)

        function_name = d.pop("functionName")

        decoded_call = cls(
            args=args,
            function_name=function_name,
        )

        decoded_call.additional_properties = d
        return decoded_call

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
