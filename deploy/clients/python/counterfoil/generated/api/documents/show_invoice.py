from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.invoice_body import InvoiceBody
from ...models.problem_body import ProblemBody
from ...types import UNSET, Response, Unset


def _get_kwargs(
    invoice_id: str,
    *,
    format_: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["format"] = format_

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/agent/invoices/{invoice_id}".format(
            invoice_id=quote(str(invoice_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Any | InvoiceBody | ProblemBody | None:
    if response.status_code == 200:
        response_200 = InvoiceBody.from_dict(response.json())

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[Any | InvoiceBody | ProblemBody]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    invoice_id: str,
    *,
    client: AuthenticatedClient,
    format_: str | Unset = UNSET,
) -> Response[Any | InvoiceBody | ProblemBody]:
    """An invoice.

     `inv_{contractId}`: what is owed, what was asked for and what is paid and proven, by unit. For
    programs as JSON, for people as a page or a PDF (PDF/A-3 with
    the JSON attached). A receipt that was revoked is named.

    Args:
        invoice_id (str):
        format_ (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | InvoiceBody | ProblemBody]
    """

    kwargs = _get_kwargs(
        invoice_id=invoice_id,
        format_=format_,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    invoice_id: str,
    *,
    client: AuthenticatedClient,
    format_: str | Unset = UNSET,
) -> Any | InvoiceBody | ProblemBody | None:
    """An invoice.

     `inv_{contractId}`: what is owed, what was asked for and what is paid and proven, by unit. For
    programs as JSON, for people as a page or a PDF (PDF/A-3 with
    the JSON attached). A receipt that was revoked is named.

    Args:
        invoice_id (str):
        format_ (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | InvoiceBody | ProblemBody
    """

    return sync_detailed(
        invoice_id=invoice_id,
        client=client,
        format_=format_,
    ).parsed


async def asyncio_detailed(
    invoice_id: str,
    *,
    client: AuthenticatedClient,
    format_: str | Unset = UNSET,
) -> Response[Any | InvoiceBody | ProblemBody]:
    """An invoice.

     `inv_{contractId}`: what is owed, what was asked for and what is paid and proven, by unit. For
    programs as JSON, for people as a page or a PDF (PDF/A-3 with
    the JSON attached). A receipt that was revoked is named.

    Args:
        invoice_id (str):
        format_ (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | InvoiceBody | ProblemBody]
    """

    kwargs = _get_kwargs(
        invoice_id=invoice_id,
        format_=format_,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    invoice_id: str,
    *,
    client: AuthenticatedClient,
    format_: str | Unset = UNSET,
) -> Any | InvoiceBody | ProblemBody | None:
    """An invoice.

     `inv_{contractId}`: what is owed, what was asked for and what is paid and proven, by unit. For
    programs as JSON, for people as a page or a PDF (PDF/A-3 with
    the JSON attached). A receipt that was revoked is named.

    Args:
        invoice_id (str):
        format_ (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | InvoiceBody | ProblemBody
    """

    return (
        await asyncio_detailed(
            invoice_id=invoice_id,
            client=client,
            format_=format_,
        )
    ).parsed
