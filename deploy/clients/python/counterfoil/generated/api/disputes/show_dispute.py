from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.dispute_body import DisputeBody
from ...models.problem_body import ProblemBody
from ...types import Response


def _get_kwargs(
    contract_id: str,
    dispute_id: str,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/agent/contracts/{contract_id}/disputes/{dispute_id}".format(
            contract_id=quote(str(contract_id), safe=""),
            dispute_id=quote(str(dispute_id), safe=""),
        ),
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> DisputeBody | ProblemBody | None:
    if response.status_code == 200:
        response_200 = DisputeBody.from_dict(response.json())

        return response_200

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[DisputeBody | ProblemBody]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    contract_id: str,
    dispute_id: str,
    *,
    client: AuthenticatedClient,
) -> Response[DisputeBody | ProblemBody]:
    """A dispute.

     What both sides say, what the evaluator would do, how it is to end or has ended, and what the reader
    may do.

    Args:
        contract_id (str):
        dispute_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[DisputeBody | ProblemBody]
    """

    kwargs = _get_kwargs(
        contract_id=contract_id,
        dispute_id=dispute_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    contract_id: str,
    dispute_id: str,
    *,
    client: AuthenticatedClient,
) -> DisputeBody | ProblemBody | None:
    """A dispute.

     What both sides say, what the evaluator would do, how it is to end or has ended, and what the reader
    may do.

    Args:
        contract_id (str):
        dispute_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        DisputeBody | ProblemBody
    """

    return sync_detailed(
        contract_id=contract_id,
        dispute_id=dispute_id,
        client=client,
    ).parsed


async def asyncio_detailed(
    contract_id: str,
    dispute_id: str,
    *,
    client: AuthenticatedClient,
) -> Response[DisputeBody | ProblemBody]:
    """A dispute.

     What both sides say, what the evaluator would do, how it is to end or has ended, and what the reader
    may do.

    Args:
        contract_id (str):
        dispute_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[DisputeBody | ProblemBody]
    """

    kwargs = _get_kwargs(
        contract_id=contract_id,
        dispute_id=dispute_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    contract_id: str,
    dispute_id: str,
    *,
    client: AuthenticatedClient,
) -> DisputeBody | ProblemBody | None:
    """A dispute.

     What both sides say, what the evaluator would do, how it is to end or has ended, and what the reader
    may do.

    Args:
        contract_id (str):
        dispute_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        DisputeBody | ProblemBody
    """

    return (
        await asyncio_detailed(
            contract_id=contract_id,
            dispute_id=dispute_id,
            client=client,
        )
    ).parsed
