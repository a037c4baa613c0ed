from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.managed_profile_body import ManagedProfileBody
from ...models.problem_body import ProblemBody
from ...types import UNSET, Response, Unset


def _get_kwargs(
    profile_id: str,
    wallet_address: str,
    *,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "delete",
        "url": "/api/admin/profiles/{profile_id}/wallets/{wallet_address}".format(
            profile_id=quote(str(profile_id), safe=""),
            wallet_address=quote(str(wallet_address), safe=""),
        ),
    }

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> ManagedProfileBody | ProblemBody | None:
    if response.status_code == 200:
        response_200 = ManagedProfileBody.from_dict(response.json())

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[ManagedProfileBody | ProblemBody]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    profile_id: str,
    wallet_address: str,
    *,
    client: AuthenticatedClient,
    idempotency_key: str | Unset = UNSET,
) -> Response[ManagedProfileBody | ProblemBody]:
    """Retire anybody's wallet.

     As its owner does it with `DELETE /api/agent/me/wallets/{walletAddress}`, also where it is the last
    one, and for a key that somebody else has and who would retire the
    owner's. It signs in as nobody from now on and for good; all sessions of the profile from sign-ins
    end. Its other tokens work on: revoke those that are in doubt.

    Args:
        profile_id (str):
        wallet_address (str):
        idempotency_key (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ManagedProfileBody | ProblemBody]
    """

    kwargs = _get_kwargs(
        profile_id=profile_id,
        wallet_address=wallet_address,
        idempotency_key=idempotency_key,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    profile_id: str,
    wallet_address: str,
    *,
    client: AuthenticatedClient,
    idempotency_key: str | Unset = UNSET,
) -> ManagedProfileBody | ProblemBody | None:
    """Retire anybody's wallet.

     As its owner does it with `DELETE /api/agent/me/wallets/{walletAddress}`, also where it is the last
    one, and for a key that somebody else has and who would retire the
    owner's. It signs in as nobody from now on and for good; all sessions of the profile from sign-ins
    end. Its other tokens work on: revoke those that are in doubt.

    Args:
        profile_id (str):
        wallet_address (str):
        idempotency_key (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ManagedProfileBody | ProblemBody
    """

    return sync_detailed(
        profile_id=profile_id,
        wallet_address=wallet_address,
        client=client,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    profile_id: str,
    wallet_address: str,
    *,
    client: AuthenticatedClient,
    idempotency_key: str | Unset = UNSET,
) -> Response[ManagedProfileBody | ProblemBody]:
    """Retire anybody's wallet.

     As its owner does it with `DELETE /api/agent/me/wallets/{walletAddress}`, also where it is the last
    one, and for a key that somebody else has and who would retire the
    owner's. It signs in as nobody from now on and for good; all sessions of the profile from sign-ins
    end. Its other tokens work on: revoke those that are in doubt.

    Args:
        profile_id (str):
        wallet_address (str):
        idempotency_key (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ManagedProfileBody | ProblemBody]
    """

    kwargs = _get_kwargs(
        profile_id=profile_id,
        wallet_address=wallet_address,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    profile_id: str,
    wallet_address: str,
    *,
    client: AuthenticatedClient,
    idempotency_key: str | Unset = UNSET,
) -> ManagedProfileBody | ProblemBody | None:
    """Retire anybody's wallet.

     As its owner does it with `DELETE /api/agent/me/wallets/{walletAddress}`, also where it is the last
    one, and for a key that somebody else has and who would retire the
    owner's. It signs in as nobody from now on and for good; all sessions of the profile from sign-ins
    end. Its other tokens work on: revoke those that are in doubt.

    Args:
        profile_id (str):
        wallet_address (str):
        idempotency_key (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ManagedProfileBody | ProblemBody
    """

    return (
        await asyncio_detailed(
            profile_id=profile_id,
            wallet_address=wallet_address,
            client=client,
            idempotency_key=idempotency_key,
        )
    ).parsed
