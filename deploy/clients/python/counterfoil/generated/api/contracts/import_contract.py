from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.contract_body import ContractBody
from ...models.import_contract import ImportContract
from ...models.problem_body import ProblemBody
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    body: ImportContract,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/agent/contracts/import",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> ContractBody | ProblemBody | None:
    if response.status_code == 200:
        response_200 = ContractBody.from_dict(response.json())

        return response_200

    if response.status_code == 201:
        response_201 = ContractBody.from_dict(response.json())

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[ContractBody | ProblemBody]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: ImportContract,
    idempotency_key: str | Unset = UNSET,
) -> Response[ContractBody | ProblemBody]:
    """Import an agreement.

     Terms are kept to the byte and never change. Sending the same `externalRef` with the same terms and
    parties again answers the agreement that exists
    (200); with others it is `external_ref_taken`. With signatures, the caller is one of the two parties
    or has `contracts:import`, and a wallet that no
    profile has gets one: its signature proves who controls it (where sign-in is closed, only if the
    caller has `contracts:import`). Attested consent always needs `contracts:import`. Terms with
    `milestones` are a final plan
    from the start: their amounts add up to the amount of the terms. Without `contracts:import` a
    profile imports only so many a day (429, `limit`: `imports`).

    Args:
        idempotency_key (str | Unset):
        body (ImportContract): What was agreed, by whom, and how both sides' consent is shown.
            Example: {'buyer': {'wallet': '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'}, 'consent':
            {'kind': 'attested'}, 'externalRef': 'order-1', 'seller': {'wallet':
            '0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC'}, 'terms': {'amountAtomic': '12500000',
            'asset': 'eip155:8453/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913', 'payeeAddress':
            '0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC', 'paymentTiming': 'on_delivery',
            'settlement': 'direct', 'title': 'Translate the manual'}}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ContractBody | ProblemBody]
    """

    kwargs = _get_kwargs(
        body=body,
        idempotency_key=idempotency_key,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    body: ImportContract,
    idempotency_key: str | Unset = UNSET,
) -> ContractBody | ProblemBody | None:
    """Import an agreement.

     Terms are kept to the byte and never change. Sending the same `externalRef` with the same terms and
    parties again answers the agreement that exists
    (200); with others it is `external_ref_taken`. With signatures, the caller is one of the two parties
    or has `contracts:import`, and a wallet that no
    profile has gets one: its signature proves who controls it (where sign-in is closed, only if the
    caller has `contracts:import`). Attested consent always needs `contracts:import`. Terms with
    `milestones` are a final plan
    from the start: their amounts add up to the amount of the terms. Without `contracts:import` a
    profile imports only so many a day (429, `limit`: `imports`).

    Args:
        idempotency_key (str | Unset):
        body (ImportContract): What was agreed, by whom, and how both sides' consent is shown.
            Example: {'buyer': {'wallet': '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'}, 'consent':
            {'kind': 'attested'}, 'externalRef': 'order-1', 'seller': {'wallet':
            '0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC'}, 'terms': {'amountAtomic': '12500000',
            'asset': 'eip155:8453/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913', 'payeeAddress':
            '0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC', 'paymentTiming': 'on_delivery',
            'settlement': 'direct', 'title': 'Translate the manual'}}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ContractBody | ProblemBody
    """

    return sync_detailed(
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: ImportContract,
    idempotency_key: str | Unset = UNSET,
) -> Response[ContractBody | ProblemBody]:
    """Import an agreement.

     Terms are kept to the byte and never change. Sending the same `externalRef` with the same terms and
    parties again answers the agreement that exists
    (200); with others it is `external_ref_taken`. With signatures, the caller is one of the two parties
    or has `contracts:import`, and a wallet that no
    profile has gets one: its signature proves who controls it (where sign-in is closed, only if the
    caller has `contracts:import`). Attested consent always needs `contracts:import`. Terms with
    `milestones` are a final plan
    from the start: their amounts add up to the amount of the terms. Without `contracts:import` a
    profile imports only so many a day (429, `limit`: `imports`).

    Args:
        idempotency_key (str | Unset):
        body (ImportContract): What was agreed, by whom, and how both sides' consent is shown.
            Example: {'buyer': {'wallet': '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'}, 'consent':
            {'kind': 'attested'}, 'externalRef': 'order-1', 'seller': {'wallet':
            '0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC'}, 'terms': {'amountAtomic': '12500000',
            'asset': 'eip155:8453/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913', 'payeeAddress':
            '0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC', 'paymentTiming': 'on_delivery',
            'settlement': 'direct', 'title': 'Translate the manual'}}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ContractBody | ProblemBody]
    """

    kwargs = _get_kwargs(
        body=body,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: ImportContract,
    idempotency_key: str | Unset = UNSET,
) -> ContractBody | ProblemBody | None:
    """Import an agreement.

     Terms are kept to the byte and never change. Sending the same `externalRef` with the same terms and
    parties again answers the agreement that exists
    (200); with others it is `external_ref_taken`. With signatures, the caller is one of the two parties
    or has `contracts:import`, and a wallet that no
    profile has gets one: its signature proves who controls it (where sign-in is closed, only if the
    caller has `contracts:import`). Attested consent always needs `contracts:import`. Terms with
    `milestones` are a final plan
    from the start: their amounts add up to the amount of the terms. Without `contracts:import` a
    profile imports only so many a day (429, `limit`: `imports`).

    Args:
        idempotency_key (str | Unset):
        body (ImportContract): What was agreed, by whom, and how both sides' consent is shown.
            Example: {'buyer': {'wallet': '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'}, 'consent':
            {'kind': 'attested'}, 'externalRef': 'order-1', 'seller': {'wallet':
            '0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC'}, 'terms': {'amountAtomic': '12500000',
            'asset': 'eip155:8453/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913', 'payeeAddress':
            '0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC', 'paymentTiming': 'on_delivery',
            'settlement': 'direct', 'title': 'Translate the manual'}}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ContractBody | ProblemBody
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
