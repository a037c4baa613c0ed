from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.payout_change_to_sign import PayoutChangeToSign
from ...models.payout_change_typed_data_body import PayoutChangeTypedDataBody
from ...models.problem_body import ProblemBody
from ...types import Response


def _get_kwargs(
    contract_id: str,
    *,
    body: PayoutChangeToSign,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/agent/contracts/{contract_id}/payout-changes/typed-data".format(
            contract_id=quote(str(contract_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> PayoutChangeTypedDataBody | ProblemBody | None:
    if response.status_code == 200:
        response_200 = PayoutChangeTypedDataBody.from_dict(response.json())

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

    if response.status_code == 404:
        response_404 = ProblemBody.from_dict(response.json())

        return response_404

    if response.status_code == 406:
        response_406 = ProblemBody.from_dict(response.json())

        return response_406

    if response.status_code == 408:
        response_408 = ProblemBody.from_dict(response.json())

        return response_408

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[PayoutChangeTypedDataBody | ProblemBody]:
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
    body: PayoutChangeToSign,
) -> Response[PayoutChangeTypedDataBody | ProblemBody]:
    """What the seller's wallet signs to ask for a payout change.

     Changes nothing. The buyer's wallet signs the same to confirm it; the change itself shows it.

    Args:
        contract_id (str):
        body (PayoutChangeToSign): Where the seller wants to be paid. Example: {'payeeAddress':
            '0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PayoutChangeTypedDataBody | ProblemBody]
    """

    kwargs = _get_kwargs(
        contract_id=contract_id,
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    contract_id: str,
    *,
    client: AuthenticatedClient,
    body: PayoutChangeToSign,
) -> PayoutChangeTypedDataBody | ProblemBody | None:
    """What the seller's wallet signs to ask for a payout change.

     Changes nothing. The buyer's wallet signs the same to confirm it; the change itself shows it.

    Args:
        contract_id (str):
        body (PayoutChangeToSign): Where the seller wants to be paid. Example: {'payeeAddress':
            '0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PayoutChangeTypedDataBody | ProblemBody
    """

    return sync_detailed(
        contract_id=contract_id,
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    contract_id: str,
    *,
    client: AuthenticatedClient,
    body: PayoutChangeToSign,
) -> Response[PayoutChangeTypedDataBody | ProblemBody]:
    """What the seller's wallet signs to ask for a payout change.

     Changes nothing. The buyer's wallet signs the same to confirm it; the change itself shows it.

    Args:
        contract_id (str):
        body (PayoutChangeToSign): Where the seller wants to be paid. Example: {'payeeAddress':
            '0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PayoutChangeTypedDataBody | ProblemBody]
    """

    kwargs = _get_kwargs(
        contract_id=contract_id,
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    contract_id: str,
    *,
    client: AuthenticatedClient,
    body: PayoutChangeToSign,
) -> PayoutChangeTypedDataBody | ProblemBody | None:
    """What the seller's wallet signs to ask for a payout change.

     Changes nothing. The buyer's wallet signs the same to confirm it; the change itself shows it.

    Args:
        contract_id (str):
        body (PayoutChangeToSign): Where the seller wants to be paid. Example: {'payeeAddress':
            '0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PayoutChangeTypedDataBody | ProblemBody
    """

    return (
        await asyncio_detailed(
            contract_id=contract_id,
            client=client,
            body=body,
        )
    ).parsed
