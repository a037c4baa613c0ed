from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.problem_body import ProblemBody
from ...models.signed_message import SignedMessage
from ...models.wallet_body import WalletBody
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    body: SignedMessage,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/agent/me/wallets",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> ProblemBody | WalletBody | None:
    if response.status_code == 201:
        response_201 = WalletBody.from_dict(response.json())

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[ProblemBody | WalletBody]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: SignedMessage,
    idempotency_key: str | Unset = UNSET,
) -> Response[ProblemBody | WalletBody]:
    """Add a wallet to the caller's profile.

     The wallet proves itself with a sign-in message (EIP-4361) over a nonce from `/api/auth/nonce`;
    contract wallets prove themselves by ERC-1271, on the chain
    that the message names and for that chain only: add the wallet once for each chain that it is on.
    Adding a wallet that is already the caller's changes nothing.

    Args:
        idempotency_key (str | Unset):
        body (SignedMessage): A message as the wallet signed it, and the signature. Example:
            {'message': 'pay.example wants you to sign in with your Ethereum
            account:\\n0x70997970C51812dc3A010C7d01b50e0d17dc79C8\\n\\n\\nURI:
            https://pay.example\\nVersion: 1\\nChain ID: 8453\\nNonce: 3f6c1b0a9e\\nIssued At:
            2026-01-31T12:00:00.000Z', 'signature': '0x1b'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemBody | WalletBody]
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
    body: SignedMessage,
    idempotency_key: str | Unset = UNSET,
) -> ProblemBody | WalletBody | None:
    """Add a wallet to the caller's profile.

     The wallet proves itself with a sign-in message (EIP-4361) over a nonce from `/api/auth/nonce`;
    contract wallets prove themselves by ERC-1271, on the chain
    that the message names and for that chain only: add the wallet once for each chain that it is on.
    Adding a wallet that is already the caller's changes nothing.

    Args:
        idempotency_key (str | Unset):
        body (SignedMessage): A message as the wallet signed it, and the signature. Example:
            {'message': 'pay.example wants you to sign in with your Ethereum
            account:\\n0x70997970C51812dc3A010C7d01b50e0d17dc79C8\\n\\n\\nURI:
            https://pay.example\\nVersion: 1\\nChain ID: 8453\\nNonce: 3f6c1b0a9e\\nIssued At:
            2026-01-31T12:00:00.000Z', 'signature': '0x1b'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemBody | WalletBody
    """

    return sync_detailed(
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: SignedMessage,
    idempotency_key: str | Unset = UNSET,
) -> Response[ProblemBody | WalletBody]:
    """Add a wallet to the caller's profile.

     The wallet proves itself with a sign-in message (EIP-4361) over a nonce from `/api/auth/nonce`;
    contract wallets prove themselves by ERC-1271, on the chain
    that the message names and for that chain only: add the wallet once for each chain that it is on.
    Adding a wallet that is already the caller's changes nothing.

    Args:
        idempotency_key (str | Unset):
        body (SignedMessage): A message as the wallet signed it, and the signature. Example:
            {'message': 'pay.example wants you to sign in with your Ethereum
            account:\\n0x70997970C51812dc3A010C7d01b50e0d17dc79C8\\n\\n\\nURI:
            https://pay.example\\nVersion: 1\\nChain ID: 8453\\nNonce: 3f6c1b0a9e\\nIssued At:
            2026-01-31T12:00:00.000Z', 'signature': '0x1b'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemBody | WalletBody]
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
    body: SignedMessage,
    idempotency_key: str | Unset = UNSET,
) -> ProblemBody | WalletBody | None:
    """Add a wallet to the caller's profile.

     The wallet proves itself with a sign-in message (EIP-4361) over a nonce from `/api/auth/nonce`;
    contract wallets prove themselves by ERC-1271, on the chain
    that the message names and for that chain only: add the wallet once for each chain that it is on.
    Adding a wallet that is already the caller's changes nothing.

    Args:
        idempotency_key (str | Unset):
        body (SignedMessage): A message as the wallet signed it, and the signature. Example:
            {'message': 'pay.example wants you to sign in with your Ethereum
            account:\\n0x70997970C51812dc3A010C7d01b50e0d17dc79C8\\n\\n\\nURI:
            https://pay.example\\nVersion: 1\\nChain ID: 8453\\nNonce: 3f6c1b0a9e\\nIssued At:
            2026-01-31T12:00:00.000Z', 'signature': '0x1b'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemBody | WalletBody
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
