from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.payout_change_body import PayoutChangeBody
from ...models.problem_body import ProblemBody
from ...models.request_payout_change import RequestPayoutChange
from ...types import UNSET, Response, Unset


def _get_kwargs(
    contract_id: str,
    *,
    body: RequestPayoutChange,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/agent/contracts/{contract_id}/payout-changes".format(
            contract_id=quote(str(contract_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> PayoutChangeBody | ProblemBody | None:
    if response.status_code == 201:
        response_201 = PayoutChangeBody.from_dict(response.json())

        return response_201

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[PayoutChangeBody | ProblemBody]:
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
    body: RequestPayoutChange,
    idempotency_key: str | Unset = UNSET,
) -> Response[PayoutChangeBody | ProblemBody]:
    """Ask to be paid elsewhere.

     Only the seller does, while something is left to pay. Nothing changes before the buyer has confirmed
    it: both are told, and a change that no wallet has signed has to
    stand for a day first. What is signed before stays as it is.

    Args:
        contract_id (str):
        idempotency_key (str | Unset):
        body (RequestPayoutChange): Where the seller wants to be paid. Example:
            {'expectedUpdatedAt': '2023-11-14T22:13:20.000Z', 'note': 'we have a new wallet',
            'payeeAddress': '0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PayoutChangeBody | ProblemBody]
    """

    kwargs = _get_kwargs(
        contract_id=contract_id,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    contract_id: str,
    *,
    client: AuthenticatedClient,
    body: RequestPayoutChange,
    idempotency_key: str | Unset = UNSET,
) -> PayoutChangeBody | ProblemBody | None:
    """Ask to be paid elsewhere.

     Only the seller does, while something is left to pay. Nothing changes before the buyer has confirmed
    it: both are told, and a change that no wallet has signed has to
    stand for a day first. What is signed before stays as it is.

    Args:
        contract_id (str):
        idempotency_key (str | Unset):
        body (RequestPayoutChange): Where the seller wants to be paid. Example:
            {'expectedUpdatedAt': '2023-11-14T22:13:20.000Z', 'note': 'we have a new wallet',
            'payeeAddress': '0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PayoutChangeBody | ProblemBody
    """

    return sync_detailed(
        contract_id=contract_id,
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    contract_id: str,
    *,
    client: AuthenticatedClient,
    body: RequestPayoutChange,
    idempotency_key: str | Unset = UNSET,
) -> Response[PayoutChangeBody | ProblemBody]:
    """Ask to be paid elsewhere.

     Only the seller does, while something is left to pay. Nothing changes before the buyer has confirmed
    it: both are told, and a change that no wallet has signed has to
    stand for a day first. What is signed before stays as it is.

    Args:
        contract_id (str):
        idempotency_key (str | Unset):
        body (RequestPayoutChange): Where the seller wants to be paid. Example:
            {'expectedUpdatedAt': '2023-11-14T22:13:20.000Z', 'note': 'we have a new wallet',
            'payeeAddress': '0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PayoutChangeBody | ProblemBody]
    """

    kwargs = _get_kwargs(
        contract_id=contract_id,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    contract_id: str,
    *,
    client: AuthenticatedClient,
    body: RequestPayoutChange,
    idempotency_key: str | Unset = UNSET,
) -> PayoutChangeBody | ProblemBody | None:
    """Ask to be paid elsewhere.

     Only the seller does, while something is left to pay. Nothing changes before the buyer has confirmed
    it: both are told, and a change that no wallet has signed has to
    stand for a day first. What is signed before stays as it is.

    Args:
        contract_id (str):
        idempotency_key (str | Unset):
        body (RequestPayoutChange): Where the seller wants to be paid. Example:
            {'expectedUpdatedAt': '2023-11-14T22:13:20.000Z', 'note': 'we have a new wallet',
            'payeeAddress': '0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PayoutChangeBody | ProblemBody
    """

    return (
        await asyncio_detailed(
            contract_id=contract_id,
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
