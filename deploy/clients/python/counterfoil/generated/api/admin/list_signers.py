from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.problem_body import ProblemBody
from ...models.signers_body import SignersBody
from ...types import Response


def _get_kwargs() -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/admin/signers",
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> ProblemBody | SignersBody | None:
    if response.status_code == 200:
        response_200 = SignersBody.from_dict(response.json())

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[ProblemBody | SignersBody]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
) -> Response[ProblemBody | SignersBody]:
    """Who may sign payments, chain by chain.

     The routing signer that this instance uses, and every delegate that the operator has named on the
    chain, with the time until which it may sign and with
    what it has signed that can still be paid. To rotate without a gap: name the new key (`counterfoil
    router set-signer`), start the instance with it, and let
    the old one stay valid until its last live request has ended (`outstanding.lastExpiresAt`); then
    revoke it. Revoked at once, its live requests are shown as
    `signature_revoked` and asked for again.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemBody | SignersBody]
    """

    kwargs = _get_kwargs()

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
) -> ProblemBody | SignersBody | None:
    """Who may sign payments, chain by chain.

     The routing signer that this instance uses, and every delegate that the operator has named on the
    chain, with the time until which it may sign and with
    what it has signed that can still be paid. To rotate without a gap: name the new key (`counterfoil
    router set-signer`), start the instance with it, and let
    the old one stay valid until its last live request has ended (`outstanding.lastExpiresAt`); then
    revoke it. Revoked at once, its live requests are shown as
    `signature_revoked` and asked for again.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemBody | SignersBody
    """

    return sync_detailed(
        client=client,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
) -> Response[ProblemBody | SignersBody]:
    """Who may sign payments, chain by chain.

     The routing signer that this instance uses, and every delegate that the operator has named on the
    chain, with the time until which it may sign and with
    what it has signed that can still be paid. To rotate without a gap: name the new key (`counterfoil
    router set-signer`), start the instance with it, and let
    the old one stay valid until its last live request has ended (`outstanding.lastExpiresAt`); then
    revoke it. Revoked at once, its live requests are shown as
    `signature_revoked` and asked for again.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemBody | SignersBody]
    """

    kwargs = _get_kwargs()

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
) -> ProblemBody | SignersBody | None:
    """Who may sign payments, chain by chain.

     The routing signer that this instance uses, and every delegate that the operator has named on the
    chain, with the time until which it may sign and with
    what it has signed that can still be paid. To rotate without a gap: name the new key (`counterfoil
    router set-signer`), start the instance with it, and let
    the old one stay valid until its last live request has ended (`outstanding.lastExpiresAt`); then
    revoke it. Revoked at once, its live requests are shown as
    `signature_revoked` and asked for again.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemBody | SignersBody
    """

    return (
        await asyncio_detailed(
            client=client,
        )
    ).parsed
