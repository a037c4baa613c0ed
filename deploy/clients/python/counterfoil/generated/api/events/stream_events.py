from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.problem_body import ProblemBody
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    after: int | Unset = UNSET,
    types: str | Unset = UNSET,
    last_event_id: None | str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(last_event_id, Unset):
        headers["Last-Event-ID"] = last_event_id

    params: dict[str, Any] = {}

    params["after"] = after

    params["types"] = types

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/agent/events/stream",
        "params": params,
    }

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> ProblemBody | str | None:
    if response.status_code == 200:
        response_200 = response.text
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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[ProblemBody | str]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    after: int | Unset = UNSET,
    types: str | Unset = UNSET,
    last_event_id: None | str | Unset = UNSET,
) -> Response[ProblemBody | str]:
    """Follow the event log.

     Server-sent events: `id` is the `sequence`, `event` the type, `data` the event as in the list. A
    comment comes every 15 seconds. A client that comes back
    with `Last-Event-ID` (browsers do it by themselves) misses nothing. The stream ends when the token
    does, when its profile is disabled, or when the instance stops.

    Args:
        after (int | Unset):
        types (str | Unset):
        last_event_id (None | str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemBody | str]
    """

    kwargs = _get_kwargs(
        after=after,
        types=types,
        last_event_id=last_event_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    after: int | Unset = UNSET,
    types: str | Unset = UNSET,
    last_event_id: None | str | Unset = UNSET,
) -> ProblemBody | str | None:
    """Follow the event log.

     Server-sent events: `id` is the `sequence`, `event` the type, `data` the event as in the list. A
    comment comes every 15 seconds. A client that comes back
    with `Last-Event-ID` (browsers do it by themselves) misses nothing. The stream ends when the token
    does, when its profile is disabled, or when the instance stops.

    Args:
        after (int | Unset):
        types (str | Unset):
        last_event_id (None | str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemBody | str
    """

    return sync_detailed(
        client=client,
        after=after,
        types=types,
        last_event_id=last_event_id,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    after: int | Unset = UNSET,
    types: str | Unset = UNSET,
    last_event_id: None | str | Unset = UNSET,
) -> Response[ProblemBody | str]:
    """Follow the event log.

     Server-sent events: `id` is the `sequence`, `event` the type, `data` the event as in the list. A
    comment comes every 15 seconds. A client that comes back
    with `Last-Event-ID` (browsers do it by themselves) misses nothing. The stream ends when the token
    does, when its profile is disabled, or when the instance stops.

    Args:
        after (int | Unset):
        types (str | Unset):
        last_event_id (None | str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemBody | str]
    """

    kwargs = _get_kwargs(
        after=after,
        types=types,
        last_event_id=last_event_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    after: int | Unset = UNSET,
    types: str | Unset = UNSET,
    last_event_id: None | str | Unset = UNSET,
) -> ProblemBody | str | None:
    """Follow the event log.

     Server-sent events: `id` is the `sequence`, `event` the type, `data` the event as in the list. A
    comment comes every 15 seconds. A client that comes back
    with `Last-Event-ID` (browsers do it by themselves) misses nothing. The stream ends when the token
    does, when its profile is disabled, or when the instance stops.

    Args:
        after (int | Unset):
        types (str | Unset):
        last_event_id (None | str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemBody | str
    """

    return (
        await asyncio_detailed(
            client=client,
            after=after,
            types=types,
            last_event_id=last_event_id,
        )
    ).parsed
