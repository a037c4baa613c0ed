from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.managed_chains_body import ManagedChainsBody
from ...models.problem_body import ProblemBody
from ...types import Response


def _get_kwargs() -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/admin/chains",
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> ManagedChainsBody | ProblemBody | None:
    if response.status_code == 200:
        response_200 = ManagedChainsBody.from_dict(response.json())

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[ManagedChainsBody | ProblemBody]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
) -> Response[ManagedChainsBody | ProblemBody]:
    """The chains: policy, how far each was read, and what is in the way.

     `lagSeconds` is how far reading is behind, by block time or by how long nobody has said that it goes
    on. A `halted` chain goes on when somebody has looked
    and says so: `counterfoil indexer acknowledge CHAIN`.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ManagedChainsBody | ProblemBody]
    """

    kwargs = _get_kwargs()

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
) -> ManagedChainsBody | ProblemBody | None:
    """The chains: policy, how far each was read, and what is in the way.

     `lagSeconds` is how far reading is behind, by block time or by how long nobody has said that it goes
    on. A `halted` chain goes on when somebody has looked
    and says so: `counterfoil indexer acknowledge CHAIN`.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ManagedChainsBody | ProblemBody
    """

    return sync_detailed(
        client=client,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
) -> Response[ManagedChainsBody | ProblemBody]:
    """The chains: policy, how far each was read, and what is in the way.

     `lagSeconds` is how far reading is behind, by block time or by how long nobody has said that it goes
    on. A `halted` chain goes on when somebody has looked
    and says so: `counterfoil indexer acknowledge CHAIN`.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ManagedChainsBody | ProblemBody]
    """

    kwargs = _get_kwargs()

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
) -> ManagedChainsBody | ProblemBody | None:
    """The chains: policy, how far each was read, and what is in the way.

     `lagSeconds` is how far reading is behind, by block time or by how long nobody has said that it goes
    on. A `halted` chain goes on when somebody has looked
    and says so: `counterfoil indexer acknowledge CHAIN`.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ManagedChainsBody | ProblemBody
    """

    return (
        await asyncio_detailed(
            client=client,
        )
    ).parsed
