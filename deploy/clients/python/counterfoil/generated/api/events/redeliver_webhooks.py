from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.problem_body import ProblemBody
from ...models.redeliver import Redeliver
from ...models.redelivery_body import RedeliveryBody
from ...types import UNSET, Response, Unset


def _get_kwargs(
    webhook_id: str,
    *,
    body: Redeliver | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/agent/webhooks/{webhook_id}/redeliver".format(
            webhook_id=quote(str(webhook_id), safe=""),
        ),
    }

    if not isinstance(body, Unset):
        _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> ProblemBody | RedeliveryBody | None:
    if response.status_code == 202:
        response_202 = RedeliveryBody.from_dict(response.json())

        return response_202

    if response.status_code == 400:
        response_400 = ProblemBody.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = ProblemBody.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = ProblemBody.from_dict(response.json())

        return response_403

    if response.status_code == 404:
        response_404 = ProblemBody.from_dict(response.json())

        return response_404

    if response.status_code == 406:
        response_406 = ProblemBody.from_dict(response.json())

        return response_406

    if response.status_code == 408:
        response_408 = ProblemBody.from_dict(response.json())

        return response_408

    if response.status_code == 409:
        response_409 = ProblemBody.from_dict(response.json())

        return response_409

    if response.status_code == 413:
        response_413 = ProblemBody.from_dict(response.json())

        return response_413

    if response.status_code == 415:
        response_415 = ProblemBody.from_dict(response.json())

        return response_415

    if response.status_code == 422:
        response_422 = ProblemBody.from_dict(response.json())

        return response_422

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[ProblemBody | RedeliveryBody]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    webhook_id: str,
    *,
    client: AuthenticatedClient,
    body: Redeliver | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> Response[ProblemBody | RedeliveryBody]:
    """Deliver events again.

     They come with the same `webhook-id` and `redelivery: true`, at most 1000 for a request: go on with
    `nextAfter` until it is null. Repeating the request
    is harmless: what waits already is not queued twice.

    Args:
        webhook_id (str):
        idempotency_key (str | Unset):
        body (Redeliver | Unset): What to deliver again: one event, or a time. Example: {'from':
            '2026-01-30T00:00:00Z', 'to': '2026-01-31T00:00:00Z'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemBody | RedeliveryBody]
    """

    kwargs = _get_kwargs(
        webhook_id=webhook_id,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    webhook_id: str,
    *,
    client: AuthenticatedClient,
    body: Redeliver | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> ProblemBody | RedeliveryBody | None:
    """Deliver events again.

     They come with the same `webhook-id` and `redelivery: true`, at most 1000 for a request: go on with
    `nextAfter` until it is null. Repeating the request
    is harmless: what waits already is not queued twice.

    Args:
        webhook_id (str):
        idempotency_key (str | Unset):
        body (Redeliver | Unset): What to deliver again: one event, or a time. Example: {'from':
            '2026-01-30T00:00:00Z', 'to': '2026-01-31T00:00:00Z'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemBody | RedeliveryBody
    """

    return sync_detailed(
        webhook_id=webhook_id,
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    webhook_id: str,
    *,
    client: AuthenticatedClient,
    body: Redeliver | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> Response[ProblemBody | RedeliveryBody]:
    """Deliver events again.

     They come with the same `webhook-id` and `redelivery: true`, at most 1000 for a request: go on with
    `nextAfter` until it is null. Repeating the request
    is harmless: what waits already is not queued twice.

    Args:
        webhook_id (str):
        idempotency_key (str | Unset):
        body (Redeliver | Unset): What to deliver again: one event, or a time. Example: {'from':
            '2026-01-30T00:00:00Z', 'to': '2026-01-31T00:00:00Z'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemBody | RedeliveryBody]
    """

    kwargs = _get_kwargs(
        webhook_id=webhook_id,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    webhook_id: str,
    *,
    client: AuthenticatedClient,
    body: Redeliver | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> ProblemBody | RedeliveryBody | None:
    """Deliver events again.

     They come with the same `webhook-id` and `redelivery: true`, at most 1000 for a request: go on with
    `nextAfter` until it is null. Repeating the request
    is harmless: what waits already is not queued twice.

    Args:
        webhook_id (str):
        idempotency_key (str | Unset):
        body (Redeliver | Unset): What to deliver again: one event, or a time. Example: {'from':
            '2026-01-30T00:00:00Z', 'to': '2026-01-31T00:00:00Z'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemBody | RedeliveryBody
    """

    return (
        await asyncio_detailed(
            webhook_id=webhook_id,
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
