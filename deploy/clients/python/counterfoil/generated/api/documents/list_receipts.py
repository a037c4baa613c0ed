from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.problem_body import ProblemBody
from ...models.receipts_body import ReceiptsBody
from ...types import Response


def _get_kwargs(
    contract_id: str,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/agent/contracts/{contract_id}/receipts".format(
            contract_id=quote(str(contract_id), safe=""),
        ),
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> ProblemBody | ReceiptsBody | None:
    if response.status_code == 200:
        response_200 = ReceiptsBody.from_dict(response.json())

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[ProblemBody | ReceiptsBody]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    contract_id: str,
    *,
    client: AuthenticatedClient,
) -> Response[ProblemBody | ReceiptsBody]:
    """The receipts of an agreement.

     One per verified payment, each signed by the instance when it was read for the first time and the
    same bytes ever after. `revoked` has those that a
    reorganisation of the chain took back. A payment that does not prove itself has none;
    `inspectionRequired` names it. One that nobody has read yet and that
    cannot be signed now is in `notIssued`, with the reason; the others are listed all the same.

    Args:
        contract_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemBody | ReceiptsBody]
    """

    kwargs = _get_kwargs(
        contract_id=contract_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    contract_id: str,
    *,
    client: AuthenticatedClient,
) -> ProblemBody | ReceiptsBody | None:
    """The receipts of an agreement.

     One per verified payment, each signed by the instance when it was read for the first time and the
    same bytes ever after. `revoked` has those that a
    reorganisation of the chain took back. A payment that does not prove itself has none;
    `inspectionRequired` names it. One that nobody has read yet and that
    cannot be signed now is in `notIssued`, with the reason; the others are listed all the same.

    Args:
        contract_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemBody | ReceiptsBody
    """

    return sync_detailed(
        contract_id=contract_id,
        client=client,
    ).parsed


async def asyncio_detailed(
    contract_id: str,
    *,
    client: AuthenticatedClient,
) -> Response[ProblemBody | ReceiptsBody]:
    """The receipts of an agreement.

     One per verified payment, each signed by the instance when it was read for the first time and the
    same bytes ever after. `revoked` has those that a
    reorganisation of the chain took back. A payment that does not prove itself has none;
    `inspectionRequired` names it. One that nobody has read yet and that
    cannot be signed now is in `notIssued`, with the reason; the others are listed all the same.

    Args:
        contract_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemBody | ReceiptsBody]
    """

    kwargs = _get_kwargs(
        contract_id=contract_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    contract_id: str,
    *,
    client: AuthenticatedClient,
) -> ProblemBody | ReceiptsBody | None:
    """The receipts of an agreement.

     One per verified payment, each signed by the instance when it was read for the first time and the
    same bytes ever after. `revoked` has those that a
    reorganisation of the chain took back. A payment that does not prove itself has none;
    `inspectionRequired` names it. One that nobody has read yet and that
    cannot be signed now is in `notIssued`, with the reason; the others are listed all the same.

    Args:
        contract_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemBody | ReceiptsBody
    """

    return (
        await asyncio_detailed(
            contract_id=contract_id,
            client=client,
        )
    ).parsed
