from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.problem_body import ProblemBody
from ...models.settlement_body import SettlementBody
from ...types import Response


def _get_kwargs(
    settlement_id: str,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/settlements/{settlement_id}".format(
            settlement_id=quote(str(settlement_id), safe=""),
        ),
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> ProblemBody | SettlementBody | None:
    if response.status_code == 200:
        response_200 = SettlementBody.from_dict(response.json())

        return response_200

    if response.status_code == 401:
        response_401 = ProblemBody.from_dict(response.json())

        return response_401

    if response.status_code == 404:
        response_404 = ProblemBody.from_dict(response.json())

        return response_404

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[ProblemBody | SettlementBody]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    settlement_id: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[ProblemBody | SettlementBody]:
    """Whether something is settled.

     Public: no more than the chain shows. The id is a `requestId`, the digest that was signed, a `pr_…`,
    or an `rf_…` for what was paid back. `settled` is final and verified; `not_settled` is
    not yet or never; `unknown` is what this instance cannot say, also because it does not know the id.

    Args:
        settlement_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemBody | SettlementBody]
    """

    kwargs = _get_kwargs(
        settlement_id=settlement_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    settlement_id: str,
    *,
    client: AuthenticatedClient | Client,
) -> ProblemBody | SettlementBody | None:
    """Whether something is settled.

     Public: no more than the chain shows. The id is a `requestId`, the digest that was signed, a `pr_…`,
    or an `rf_…` for what was paid back. `settled` is final and verified; `not_settled` is
    not yet or never; `unknown` is what this instance cannot say, also because it does not know the id.

    Args:
        settlement_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemBody | SettlementBody
    """

    return sync_detailed(
        settlement_id=settlement_id,
        client=client,
    ).parsed


async def asyncio_detailed(
    settlement_id: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[ProblemBody | SettlementBody]:
    """Whether something is settled.

     Public: no more than the chain shows. The id is a `requestId`, the digest that was signed, a `pr_…`,
    or an `rf_…` for what was paid back. `settled` is final and verified; `not_settled` is
    not yet or never; `unknown` is what this instance cannot say, also because it does not know the id.

    Args:
        settlement_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemBody | SettlementBody]
    """

    kwargs = _get_kwargs(
        settlement_id=settlement_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    settlement_id: str,
    *,
    client: AuthenticatedClient | Client,
) -> ProblemBody | SettlementBody | None:
    """Whether something is settled.

     Public: no more than the chain shows. The id is a `requestId`, the digest that was signed, a `pr_…`,
    or an `rf_…` for what was paid back. `settled` is final and verified; `not_settled` is
    not yet or never; `unknown` is what this instance cannot say, also because it does not know the id.

    Args:
        settlement_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemBody | SettlementBody
    """

    return (
        await asyncio_detailed(
            settlement_id=settlement_id,
            client=client,
        )
    ).parsed
