from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.payment_request_body import PaymentRequestBody
from ...models.pending_payment_request_body import PendingPaymentRequestBody
from ...models.problem_body import ProblemBody
from ...models.verify_transaction import VerifyTransaction
from ...types import UNSET, Response, Unset


def _get_kwargs(
    contract_id: str,
    payment_request_id: str,
    *,
    body: VerifyTransaction | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/agent/contracts/{contract_id}/crypto-payment-requests/{payment_request_id}/verify".format(
            contract_id=quote(str(contract_id), safe=""),
            payment_request_id=quote(str(payment_request_id), safe=""),
        ),
    }

    if not isinstance(body, Unset):
        _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PaymentRequestBody | PendingPaymentRequestBody | ProblemBody | None:
    if response.status_code == 200:
        response_200 = PaymentRequestBody.from_dict(response.json())

        return response_200

    if response.status_code == 202:
        response_202 = PendingPaymentRequestBody.from_dict(response.json())

        return response_202

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


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[PaymentRequestBody | PendingPaymentRequestBody | ProblemBody]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    contract_id: str,
    payment_request_id: str,
    *,
    client: AuthenticatedClient,
    body: VerifyTransaction | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> Response[PaymentRequestBody | PendingPaymentRequestBody | ProblemBody]:
    """Look for the payment.

     Names the transaction, if there is one in the body, and waits up to 30 seconds for the chain. 200
    once the request is verified or has ended; 202 with
    `retryAfterSeconds` while the payment is unmined, unseen or not final: that is no error. The 202
    comes at once when the profile has 20 such answers waiting,
    or the instance as many as it takes, and when the instance stops. Safe to repeat: its answer is
    never a stored one.

    Args:
        contract_id (str):
        payment_request_id (str):
        idempotency_key (str | Unset):
        body (VerifyTransaction | Unset): The transaction to look for, where the payer knows it.
            Example: {'txHash': '0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaymentRequestBody | PendingPaymentRequestBody | ProblemBody]
    """

    kwargs = _get_kwargs(
        contract_id=contract_id,
        payment_request_id=payment_request_id,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    contract_id: str,
    payment_request_id: str,
    *,
    client: AuthenticatedClient,
    body: VerifyTransaction | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> PaymentRequestBody | PendingPaymentRequestBody | ProblemBody | None:
    """Look for the payment.

     Names the transaction, if there is one in the body, and waits up to 30 seconds for the chain. 200
    once the request is verified or has ended; 202 with
    `retryAfterSeconds` while the payment is unmined, unseen or not final: that is no error. The 202
    comes at once when the profile has 20 such answers waiting,
    or the instance as many as it takes, and when the instance stops. Safe to repeat: its answer is
    never a stored one.

    Args:
        contract_id (str):
        payment_request_id (str):
        idempotency_key (str | Unset):
        body (VerifyTransaction | Unset): The transaction to look for, where the payer knows it.
            Example: {'txHash': '0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaymentRequestBody | PendingPaymentRequestBody | ProblemBody
    """

    return sync_detailed(
        contract_id=contract_id,
        payment_request_id=payment_request_id,
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    contract_id: str,
    payment_request_id: str,
    *,
    client: AuthenticatedClient,
    body: VerifyTransaction | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> Response[PaymentRequestBody | PendingPaymentRequestBody | ProblemBody]:
    """Look for the payment.

     Names the transaction, if there is one in the body, and waits up to 30 seconds for the chain. 200
    once the request is verified or has ended; 202 with
    `retryAfterSeconds` while the payment is unmined, unseen or not final: that is no error. The 202
    comes at once when the profile has 20 such answers waiting,
    or the instance as many as it takes, and when the instance stops. Safe to repeat: its answer is
    never a stored one.

    Args:
        contract_id (str):
        payment_request_id (str):
        idempotency_key (str | Unset):
        body (VerifyTransaction | Unset): The transaction to look for, where the payer knows it.
            Example: {'txHash': '0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaymentRequestBody | PendingPaymentRequestBody | ProblemBody]
    """

    kwargs = _get_kwargs(
        contract_id=contract_id,
        payment_request_id=payment_request_id,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    contract_id: str,
    payment_request_id: str,
    *,
    client: AuthenticatedClient,
    body: VerifyTransaction | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> PaymentRequestBody | PendingPaymentRequestBody | ProblemBody | None:
    """Look for the payment.

     Names the transaction, if there is one in the body, and waits up to 30 seconds for the chain. 200
    once the request is verified or has ended; 202 with
    `retryAfterSeconds` while the payment is unmined, unseen or not final: that is no error. The 202
    comes at once when the profile has 20 such answers waiting,
    or the instance as many as it takes, and when the instance stops. Safe to repeat: its answer is
    never a stored one.

    Args:
        contract_id (str):
        payment_request_id (str):
        idempotency_key (str | Unset):
        body (VerifyTransaction | Unset): The transaction to look for, where the payer knows it.
            Example: {'txHash': '0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaymentRequestBody | PendingPaymentRequestBody | ProblemBody
    """

    return (
        await asyncio_detailed(
            contract_id=contract_id,
            payment_request_id=payment_request_id,
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
