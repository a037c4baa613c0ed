from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.problem_body import ProblemBody
from ...models.settlements_body import SettlementsBody
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    tx_hash: str,
    chain_id: int | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["txHash"] = tx_hash

    params["chainId"] = chain_id

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/settlements",
        "params": params,
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> ProblemBody | SettlementsBody | None:
    if response.status_code == 200:
        response_200 = SettlementsBody.from_dict(response.json())

        return response_200

    if response.status_code == 400:
        response_400 = ProblemBody.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = ProblemBody.from_dict(response.json())

        return response_401

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[ProblemBody | SettlementsBody]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    tx_hash: str,
    chain_id: int | Unset = UNSET,
) -> Response[ProblemBody | SettlementsBody]:
    """What a transaction has settled.

     Public: no more than the chain shows. One entry per payment and refund of this instance in the
    transaction; a single `unknown` one when none is known.

    Args:
        tx_hash (str):
        chain_id (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemBody | SettlementsBody]
    """

    kwargs = _get_kwargs(
        tx_hash=tx_hash,
        chain_id=chain_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    tx_hash: str,
    chain_id: int | Unset = UNSET,
) -> ProblemBody | SettlementsBody | None:
    """What a transaction has settled.

     Public: no more than the chain shows. One entry per payment and refund of this instance in the
    transaction; a single `unknown` one when none is known.

    Args:
        tx_hash (str):
        chain_id (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemBody | SettlementsBody
    """

    return sync_detailed(
        client=client,
        tx_hash=tx_hash,
        chain_id=chain_id,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    tx_hash: str,
    chain_id: int | Unset = UNSET,
) -> Response[ProblemBody | SettlementsBody]:
    """What a transaction has settled.

     Public: no more than the chain shows. One entry per payment and refund of this instance in the
    transaction; a single `unknown` one when none is known.

    Args:
        tx_hash (str):
        chain_id (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemBody | SettlementsBody]
    """

    kwargs = _get_kwargs(
        tx_hash=tx_hash,
        chain_id=chain_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    tx_hash: str,
    chain_id: int | Unset = UNSET,
) -> ProblemBody | SettlementsBody | None:
    """What a transaction has settled.

     Public: no more than the chain shows. One entry per payment and refund of this instance in the
    transaction; a single `unknown` one when none is known.

    Args:
        tx_hash (str):
        chain_id (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemBody | SettlementsBody
    """

    return (
        await asyncio_detailed(
            client=client,
            tx_hash=tx_hash,
            chain_id=chain_id,
        )
    ).parsed
