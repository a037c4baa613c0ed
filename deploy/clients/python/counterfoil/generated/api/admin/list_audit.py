from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.audit_body import AuditBody
from ...models.list_audit_action import ListAuditAction
from ...models.problem_body import ProblemBody
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    subject: str | Unset = UNSET,
    action: ListAuditAction | Unset = UNSET,
    cursor: str | Unset = UNSET,
    limit: int | Unset = 20,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["subject"] = subject

    json_action: str | Unset = UNSET
    if not isinstance(action, Unset):
        json_action = action

    params["action"] = json_action

    params["cursor"] = cursor

    params["limit"] = limit

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/admin/audit",
        "params": params,
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> AuditBody | ProblemBody | None:
    if response.status_code == 200:
        response_200 = AuditBody.from_dict(response.json())

        return response_200

    if response.status_code == 400:
        response_400 = ProblemBody.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = ProblemBody.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = ProblemBody.from_dict(response.json())

        return response_403

    if response.status_code == 406:
        response_406 = ProblemBody.from_dict(response.json())

        return response_406

    if response.status_code == 429:
        response_429 = ProblemBody.from_dict(response.json())

        return response_429

    if response.status_code == 500:
        response_500 = ProblemBody.from_dict(response.json())

        return response_500

    if response.status_code == 503:
        response_503 = ProblemBody.from_dict(response.json())

        return response_503

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[AuditBody | ProblemBody]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    subject: str | Unset = UNSET,
    action: ListAuditAction | Unset = UNSET,
    cursor: str | Unset = UNSET,
    limit: int | Unset = 20,
) -> Response[AuditBody | ProblemBody]:
    """What was done on this instance, newest first.

     Each entry's `hash` is `sha256(hash of the entry before ‖ canonical JSON (RFC 8785) of the entry
    without its hash)`, so that none can be changed without
    all that follow. `head` is the end of the log: note it elsewhere, and `counterfoil audit verify
    --expect-head` tells later whether anything before it was
    touched.

    Args:
        subject (str | Unset):
        action (ListAuditAction | Unset):
        cursor (str | Unset):
        limit (int | Unset):  Default: 20.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AuditBody | ProblemBody]
    """

    kwargs = _get_kwargs(
        subject=subject,
        action=action,
        cursor=cursor,
        limit=limit,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    subject: str | Unset = UNSET,
    action: ListAuditAction | Unset = UNSET,
    cursor: str | Unset = UNSET,
    limit: int | Unset = 20,
) -> AuditBody | ProblemBody | None:
    """What was done on this instance, newest first.

     Each entry's `hash` is `sha256(hash of the entry before ‖ canonical JSON (RFC 8785) of the entry
    without its hash)`, so that none can be changed without
    all that follow. `head` is the end of the log: note it elsewhere, and `counterfoil audit verify
    --expect-head` tells later whether anything before it was
    touched.

    Args:
        subject (str | Unset):
        action (ListAuditAction | Unset):
        cursor (str | Unset):
        limit (int | Unset):  Default: 20.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AuditBody | ProblemBody
    """

    return sync_detailed(
        client=client,
        subject=subject,
        action=action,
        cursor=cursor,
        limit=limit,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    subject: str | Unset = UNSET,
    action: ListAuditAction | Unset = UNSET,
    cursor: str | Unset = UNSET,
    limit: int | Unset = 20,
) -> Response[AuditBody | ProblemBody]:
    """What was done on this instance, newest first.

     Each entry's `hash` is `sha256(hash of the entry before ‖ canonical JSON (RFC 8785) of the entry
    without its hash)`, so that none can be changed without
    all that follow. `head` is the end of the log: note it elsewhere, and `counterfoil audit verify
    --expect-head` tells later whether anything before it was
    touched.

    Args:
        subject (str | Unset):
        action (ListAuditAction | Unset):
        cursor (str | Unset):
        limit (int | Unset):  Default: 20.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AuditBody | ProblemBody]
    """

    kwargs = _get_kwargs(
        subject=subject,
        action=action,
        cursor=cursor,
        limit=limit,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    subject: str | Unset = UNSET,
    action: ListAuditAction | Unset = UNSET,
    cursor: str | Unset = UNSET,
    limit: int | Unset = 20,
) -> AuditBody | ProblemBody | None:
    """What was done on this instance, newest first.

     Each entry's `hash` is `sha256(hash of the entry before ‖ canonical JSON (RFC 8785) of the entry
    without its hash)`, so that none can be changed without
    all that follow. `head` is the end of the log: note it elsewhere, and `counterfoil audit verify
    --expect-head` tells later whether anything before it was
    touched.

    Args:
        subject (str | Unset):
        action (ListAuditAction | Unset):
        cursor (str | Unset):
        limit (int | Unset):  Default: 20.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AuditBody | ProblemBody
    """

    return (
        await asyncio_detailed(
            client=client,
            subject=subject,
            action=action,
            cursor=cursor,
            limit=limit,
        )
    ).parsed
