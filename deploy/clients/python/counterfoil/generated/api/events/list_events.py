from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.events_body import EventsBody
from ...models.problem_body import ProblemBody
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    after: int | Unset = 0,
    types: str | Unset = UNSET,
    limit: int | Unset = 20,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["after"] = after

    params["types"] = types

    params["limit"] = limit

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/agent/events",
        "params": params,
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> EventsBody | ProblemBody | None:
    if response.status_code == 200:
        response_200 = EventsBody.from_dict(response.json())

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[EventsBody | ProblemBody]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    after: int | Unset = 0,
    types: str | Unset = UNSET,
    limit: int | Unset = 20,
) -> Response[EventsBody | ProblemBody]:
    """The event log, oldest first.

     What was told to the caller: about agreements that it has a part in, and about its webhook
    endpoints; with `admin` also about the instance. Nothing is
    ever missing, also after a long time away: pass `nextAfter` as `after` until `hasMore` is false.
    `sequence` orders events; the log of the instance has no
    gaps, the caller's part of it does.

    Args:
        after (int | Unset):  Default: 0.
        types (str | Unset):
        limit (int | Unset):  Default: 20.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[EventsBody | ProblemBody]
    """

    kwargs = _get_kwargs(
        after=after,
        types=types,
        limit=limit,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    after: int | Unset = 0,
    types: str | Unset = UNSET,
    limit: int | Unset = 20,
) -> EventsBody | ProblemBody | None:
    """The event log, oldest first.

     What was told to the caller: about agreements that it has a part in, and about its webhook
    endpoints; with `admin` also about the instance. Nothing is
    ever missing, also after a long time away: pass `nextAfter` as `after` until `hasMore` is false.
    `sequence` orders events; the log of the instance has no
    gaps, the caller's part of it does.

    Args:
        after (int | Unset):  Default: 0.
        types (str | Unset):
        limit (int | Unset):  Default: 20.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        EventsBody | ProblemBody
    """

    return sync_detailed(
        client=client,
        after=after,
        types=types,
        limit=limit,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    after: int | Unset = 0,
    types: str | Unset = UNSET,
    limit: int | Unset = 20,
) -> Response[EventsBody | ProblemBody]:
    """The event log, oldest first.

     What was told to the caller: about agreements that it has a part in, and about its webhook
    endpoints; with `admin` also about the instance. Nothing is
    ever missing, also after a long time away: pass `nextAfter` as `after` until `hasMore` is false.
    `sequence` orders events; the log of the instance has no
    gaps, the caller's part of it does.

    Args:
        after (int | Unset):  Default: 0.
        types (str | Unset):
        limit (int | Unset):  Default: 20.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[EventsBody | ProblemBody]
    """

    kwargs = _get_kwargs(
        after=after,
        types=types,
        limit=limit,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    after: int | Unset = 0,
    types: str | Unset = UNSET,
    limit: int | Unset = 20,
) -> EventsBody | ProblemBody | None:
    """The event log, oldest first.

     What was told to the caller: about agreements that it has a part in, and about its webhook
    endpoints; with `admin` also about the instance. Nothing is
    ever missing, also after a long time away: pass `nextAfter` as `after` until `hasMore` is false.
    `sequence` orders events; the log of the instance has no
    gaps, the caller's part of it does.

    Args:
        after (int | Unset):  Default: 0.
        types (str | Unset):
        limit (int | Unset):  Default: 20.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        EventsBody | ProblemBody
    """

    return (
        await asyncio_detailed(
            client=client,
            after=after,
            types=types,
            limit=limit,
        )
    ).parsed
