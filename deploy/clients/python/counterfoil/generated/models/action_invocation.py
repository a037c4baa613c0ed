from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.action_invocation_body_template_type_0 import (
        ActionInvocationBodyTemplateType0,
    )


T = TypeVar("T", bound="ActionInvocation")


@_attrs_define
class ActionInvocation:
    """The call to make; all null where no call of this API does it.

    Attributes:
        body_template (ActionInvocationBodyTemplateType0 | None): A JSON object; texts in angle brackets are to be
            filled in.
        endpoint (None | str): Path below the public URL.
        mcp_tool (None | str): Null: this API has no MCP tools.
        method (None | str): HTTP method.
    """

    body_template: ActionInvocationBodyTemplateType0 | None
    endpoint: None | str
    mcp_tool: None | str
    method: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.action_invocation_body_template_type_0 import (
            ActionInvocationBodyTemplateType0,  # noqa: PLC0415
        )

        body_template: dict[str, Any] | None
        if isinstance(self.body_template, ActionInvocationBodyTemplateType0):
            body_template = self.body_template.to_dict()
        else:
            body_template = self.body_template

        endpoint: None | str
        endpoint = self.endpoint

        mcp_tool: None | str
        mcp_tool = self.mcp_tool

        method: None | str
        method = self.method

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "bodyTemplate": body_template,
                "endpoint": endpoint,
                "mcpTool": mcp_tool,
                "method": method,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.action_invocation_body_template_type_0 import (
            ActionInvocationBodyTemplateType0,  # noqa: PLC0415
        )

        d = dict(src_dict)

        def _parse_body_template(data: object) -> ActionInvocationBodyTemplateType0 | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                body_template_type_0 = ActionInvocationBodyTemplateType0.from_dict(data)

                return body_template_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ActionInvocationBodyTemplateType0 | None, data)

        body_template = _parse_body_template(d.pop("bodyTemplate"))

        def _parse_endpoint(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        endpoint = _parse_endpoint(d.pop("endpoint"))

        def _parse_mcp_tool(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        mcp_tool = _parse_mcp_tool(d.pop("mcpTool"))

        def _parse_method(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        method = _parse_method(d.pop("method"))

        action_invocation = cls(
            body_template=body_template,
            endpoint=endpoint,
            mcp_tool=mcp_tool,
            method=method,
        )

        action_invocation.additional_properties = d
        return action_invocation

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
