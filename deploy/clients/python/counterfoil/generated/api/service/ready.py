from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.problem_body import ProblemBody
from ...models.ready_body import ReadyBody
from ...types import Response


def _get_kwargs() -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/ready",
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> ProblemBody | ReadyBody | None:
    if response.status_code == 200:
        response_200 = ReadyBody.from_dict(response.json())

        return response_200

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[ProblemBody | ReadyBody]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
) -> Response[ProblemBody | ReadyBody]:
    """Whether the instance can do its work.

     503 says that this process is of no use: the database does not answer, or its schema is of another
    version. What ails a chain ails every process alike, so
    it takes none of them out of the balance: a signer that does not answer or may not sign, or a chain
    that is not followed, is `degraded` in a 200, and
    `checks` says what and why. Reads, and the other chains, go on.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemBody | ReadyBody]
    """

    kwargs = _get_kwargs()

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
) -> ProblemBody | ReadyBody | None:
    """Whether the instance can do its work.

     503 says that this process is of no use: the database does not answer, or its schema is of another
    version. What ails a chain ails every process alike, so
    it takes none of them out of the balance: a signer that does not answer or may not sign, or a chain
    that is not followed, is `degraded` in a 200, and
    `checks` says what and why. Reads, and the other chains, go on.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemBody | ReadyBody
    """

    return sync_detailed(
        client=client,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
) -> Response[ProblemBody | ReadyBody]:
    """Whether the instance can do its work.

     503 says that this process is of no use: the database does not answer, or its schema is of another
    version. What ails a chain ails every process alike, so
    it takes none of them out of the balance: a signer that does not answer or may not sign, or a chain
    that is not followed, is `degraded` in a 200, and
    `checks` says what and why. Reads, and the other chains, go on.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemBody | ReadyBody]
    """

    kwargs = _get_kwargs()

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
) -> ProblemBody | ReadyBody | None:
    """Whether the instance can do its work.

     503 says that this process is of no use: the database does not answer, or its schema is of another
    version. What ails a chain ails every process alike, so
    it takes none of them out of the balance: a signer that does not answer or may not sign, or a chain
    that is not followed, is `degraded` in a 200, and
    `checks` says what and why. Reads, and the other chains, go on.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemBody | ReadyBody
    """

    return (
        await asyncio_detailed(
            client=client,
        )
    ).parsed
