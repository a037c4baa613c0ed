from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.problem_body import ProblemBody
from ...models.receipt_body import ReceiptBody
from ...types import UNSET, Response, Unset


def _get_kwargs(
    receipt_id: str,
    *,
    format_: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["format"] = format_

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/agent/receipts/{receipt_id}".format(
            receipt_id=quote(str(receipt_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Any | ProblemBody | ReceiptBody | None:
    if response.status_code == 200:
        response_200 = ReceiptBody.from_dict(response.json())

        return response_200

    if response.status_code == 304:
        response_304 = cast(Any, None)
        return response_304

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

    if response.status_code == 409:
        response_409 = ProblemBody.from_dict(response.json())

        return response_409

    if response.status_code == 410:
        response_410 = ProblemBody.from_dict(response.json())

        return response_410

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[Any | ProblemBody | ReceiptBody]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    receipt_id: str,
    *,
    client: AuthenticatedClient,
    format_: str | Unset = UNSET,
) -> Response[Any | ProblemBody | ReceiptBody]:
    """A receipt.

     `rcpt_{paymentRequestId}`, from verification on: for programs as JSON, for people as a page or a PDF
    (PDF/A-3 with the JSON attached). It carries all that is
    needed to check it against the chain alone: the snapshot to the byte, both signatures, and where the
    event stands. It is signed when it is read for the
    first time and the same bytes ever after. The code on the page and the PDF of a party leads to a
    public page of this receipt, which has all but the terms;
    those of anybody else have no code. A reorganisation that takes the payment away revokes it.

    Args:
        receipt_id (str):
        format_ (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ProblemBody | ReceiptBody]
    """

    kwargs = _get_kwargs(
        receipt_id=receipt_id,
        format_=format_,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    receipt_id: str,
    *,
    client: AuthenticatedClient,
    format_: str | Unset = UNSET,
) -> Any | ProblemBody | ReceiptBody | None:
    """A receipt.

     `rcpt_{paymentRequestId}`, from verification on: for programs as JSON, for people as a page or a PDF
    (PDF/A-3 with the JSON attached). It carries all that is
    needed to check it against the chain alone: the snapshot to the byte, both signatures, and where the
    event stands. It is signed when it is read for the
    first time and the same bytes ever after. The code on the page and the PDF of a party leads to a
    public page of this receipt, which has all but the terms;
    those of anybody else have no code. A reorganisation that takes the payment away revokes it.

    Args:
        receipt_id (str):
        format_ (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ProblemBody | ReceiptBody
    """

    return sync_detailed(
        receipt_id=receipt_id,
        client=client,
        format_=format_,
    ).parsed


async def asyncio_detailed(
    receipt_id: str,
    *,
    client: AuthenticatedClient,
    format_: str | Unset = UNSET,
) -> Response[Any | ProblemBody | ReceiptBody]:
    """A receipt.

     `rcpt_{paymentRequestId}`, from verification on: for programs as JSON, for people as a page or a PDF
    (PDF/A-3 with the JSON attached). It carries all that is
    needed to check it against the chain alone: the snapshot to the byte, both signatures, and where the
    event stands. It is signed when it is read for the
    first time and the same bytes ever after. The code on the page and the PDF of a party leads to a
    public page of this receipt, which has all but the terms;
    those of anybody else have no code. A reorganisation that takes the payment away revokes it.

    Args:
        receipt_id (str):
        format_ (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ProblemBody | ReceiptBody]
    """

    kwargs = _get_kwargs(
        receipt_id=receipt_id,
        format_=format_,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    receipt_id: str,
    *,
    client: AuthenticatedClient,
    format_: str | Unset = UNSET,
) -> Any | ProblemBody | ReceiptBody | None:
    """A receipt.

     `rcpt_{paymentRequestId}`, from verification on: for programs as JSON, for people as a page or a PDF
    (PDF/A-3 with the JSON attached). It carries all that is
    needed to check it against the chain alone: the snapshot to the byte, both signatures, and where the
    event stands. It is signed when it is read for the
    first time and the same bytes ever after. The code on the page and the PDF of a party leads to a
    public page of this receipt, which has all but the terms;
    those of anybody else have no code. A reorganisation that takes the payment away revokes it.

    Args:
        receipt_id (str):
        format_ (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ProblemBody | ReceiptBody
    """

    return (
        await asyncio_detailed(
            receipt_id=receipt_id,
            client=client,
            format_=format_,
        )
    ).parsed
