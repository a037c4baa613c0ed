from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.balances_body import BalancesBody
from ...models.problem_body import ProblemBody
from ...types import Response


def _get_kwargs() -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/agent/balances",
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> BalancesBody | ProblemBody | None:
    if response.status_code == 200:
        response_200 = BalancesBody.from_dict(response.json())

        return response_200

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[BalancesBody | ProblemBody]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
) -> Response[BalancesBody | ProblemBody]:
    """What the caller has paid and received, and what is asked for.

     Per asset, from the ledger: only verified payments count, and what a reorg took away is taken back.
    What was paid back counts once its payment is verified;
    `refundDueAtomic` is what the caller has approved to pay back until then. `payableAtomic` and
    `receivableAtomic` are what live payment requests ask of the
    caller and for it; they are promises, not money. What was paid, received or stands on an account
    starts with `-` while the chain has taken a payment away
    whose refund stands.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[BalancesBody | ProblemBody]
    """

    kwargs = _get_kwargs()

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
) -> BalancesBody | ProblemBody | None:
    """What the caller has paid and received, and what is asked for.

     Per asset, from the ledger: only verified payments count, and what a reorg took away is taken back.
    What was paid back counts once its payment is verified;
    `refundDueAtomic` is what the caller has approved to pay back until then. `payableAtomic` and
    `receivableAtomic` are what live payment requests ask of the
    caller and for it; they are promises, not money. What was paid, received or stands on an account
    starts with `-` while the chain has taken a payment away
    whose refund stands.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        BalancesBody | ProblemBody
    """

    return sync_detailed(
        client=client,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
) -> Response[BalancesBody | ProblemBody]:
    """What the caller has paid and received, and what is asked for.

     Per asset, from the ledger: only verified payments count, and what a reorg took away is taken back.
    What was paid back counts once its payment is verified;
    `refundDueAtomic` is what the caller has approved to pay back until then. `payableAtomic` and
    `receivableAtomic` are what live payment requests ask of the
    caller and for it; they are promises, not money. What was paid, received or stands on an account
    starts with `-` while the chain has taken a payment away
    whose refund stands.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[BalancesBody | ProblemBody]
    """

    kwargs = _get_kwargs()

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
) -> BalancesBody | ProblemBody | None:
    """What the caller has paid and received, and what is asked for.

     Per asset, from the ledger: only verified payments count, and what a reorg took away is taken back.
    What was paid back counts once its payment is verified;
    `refundDueAtomic` is what the caller has approved to pay back until then. `payableAtomic` and
    `receivableAtomic` are what live payment requests ask of the
    caller and for it; they are promises, not money. What was paid, received or stands on an account
    starts with `-` while the chain has taken a payment away
    whose refund stands.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        BalancesBody | ProblemBody
    """

    return (
        await asyncio_detailed(
            client=client,
        )
    ).parsed
