from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.dispute_body import DisputeBody
from ...models.problem_body import ProblemBody
from ...models.resolve_dispute import ResolveDispute
from ...types import UNSET, Response, Unset


def _get_kwargs(
    contract_id: str,
    dispute_id: str,
    *,
    body: ResolveDispute,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/agent/contracts/{contract_id}/disputes/{dispute_id}/resolve".format(
            contract_id=quote(str(contract_id), safe=""),
            dispute_id=quote(str(dispute_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> DisputeBody | ProblemBody | None:
    if response.status_code == 200:
        response_200 = DisputeBody.from_dict(response.json())

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
    body: ResolveDispute,
    idempotency_key: str | Unset = UNSET,
) -> Response[DisputeBody | ProblemBody]:
    """Say how a dispute is to end.

     Each party says how it would end it; when both have said the same, it ends so. The evaluator whom
    the terms name says what it would do, which binds nobody.
    The end moves no money: where both agree on a refund, the buyer makes a refund request for that
    amount. To say again what one has said changes nothing; after
    50 versions a side says something else only once the other has spoken, and after 100 the parties can
    only agree or withdraw.

    Args:
        contract_id (str):
        dispute_id (str):
        idempotency_key (str | Unset):
        body (ResolveDispute): How it is to end. Example: {'expectedVersion': 2, 'note': 'for the
            missing chapter', 'outcome': 'refund', 'refundAmountAtomic': '2500000'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[DisputeBody | ProblemBody]
    """

    kwargs = _get_kwargs(
        contract_id=contract_id,
        dispute_id=dispute_id,
        body=body,
        idempotency_key=idempotency_key,
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
    body: ResolveDispute,
    idempotency_key: str | Unset = UNSET,
) -> DisputeBody | ProblemBody | None:
    """Say how a dispute is to end.

     Each party says how it would end it; when both have said the same, it ends so. The evaluator whom
    the terms name says what it would do, which binds nobody.
    The end moves no money: where both agree on a refund, the buyer makes a refund request for that
    amount. To say again what one has said changes nothing; after
    50 versions a side says something else only once the other has spoken, and after 100 the parties can
    only agree or withdraw.

    Args:
        contract_id (str):
        dispute_id (str):
        idempotency_key (str | Unset):
        body (ResolveDispute): How it is to end. Example: {'expectedVersion': 2, 'note': 'for the
            missing chapter', 'outcome': 'refund', 'refundAmountAtomic': '2500000'}.

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
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    contract_id: str,
    dispute_id: str,
    *,
    client: AuthenticatedClient,
    body: ResolveDispute,
    idempotency_key: str | Unset = UNSET,
) -> Response[DisputeBody | ProblemBody]:
    """Say how a dispute is to end.

     Each party says how it would end it; when both have said the same, it ends so. The evaluator whom
    the terms name says what it would do, which binds nobody.
    The end moves no money: where both agree on a refund, the buyer makes a refund request for that
    amount. To say again what one has said changes nothing; after
    50 versions a side says something else only once the other has spoken, and after 100 the parties can
    only agree or withdraw.

    Args:
        contract_id (str):
        dispute_id (str):
        idempotency_key (str | Unset):
        body (ResolveDispute): How it is to end. Example: {'expectedVersion': 2, 'note': 'for the
            missing chapter', 'outcome': 'refund', 'refundAmountAtomic': '2500000'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[DisputeBody | ProblemBody]
    """

    kwargs = _get_kwargs(
        contract_id=contract_id,
        dispute_id=dispute_id,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    contract_id: str,
    dispute_id: str,
    *,
    client: AuthenticatedClient,
    body: ResolveDispute,
    idempotency_key: str | Unset = UNSET,
) -> DisputeBody | ProblemBody | None:
    """Say how a dispute is to end.

     Each party says how it would end it; when both have said the same, it ends so. The evaluator whom
    the terms name says what it would do, which binds nobody.
    The end moves no money: where both agree on a refund, the buyer makes a refund request for that
    amount. To say again what one has said changes nothing; after
    50 versions a side says something else only once the other has spoken, and after 100 the parties can
    only agree or withdraw.

    Args:
        contract_id (str):
        dispute_id (str):
        idempotency_key (str | Unset):
        body (ResolveDispute): How it is to end. Example: {'expectedVersion': 2, 'note': 'for the
            missing chapter', 'outcome': 'refund', 'refundAmountAtomic': '2500000'}.

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
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
