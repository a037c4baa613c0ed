from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.problem_body import ProblemBody
from ...types import UNSET, Response, Unset


def _get_kwargs(
    link_token: str,
    *,
    format_: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["format"] = format_

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/r/{link_token}".format(
            link_token=quote(str(link_token), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Any | ProblemBody | str | None:
    if response.status_code == 200:
        response_200 = response.text
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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[Any | ProblemBody | str]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    link_token: str,
    *,
    client: AuthenticatedClient | Client,
    format_: str | Unset = UNSET,
) -> Response[Any | ProblemBody | str]:
    """The public page of a receipt.

     What a link, or the code on a printed receipt, leads to: the receipt as it stands now, as a page
    (the default), a PDF or JSON. A link that was never made,
    was revoked or has ended is 404, and looks the same. Of what was agreed it has the title and the
    hash: `proof.terms` is null, also in the JSON inside the PDF.
    Its signature verifies all the same.

    Args:
        link_token (str):
        format_ (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ProblemBody | str]
    """

    kwargs = _get_kwargs(
        link_token=link_token,
        format_=format_,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    link_token: str,
    *,
    client: AuthenticatedClient | Client,
    format_: str | Unset = UNSET,
) -> Any | ProblemBody | str | None:
    """The public page of a receipt.

     What a link, or the code on a printed receipt, leads to: the receipt as it stands now, as a page
    (the default), a PDF or JSON. A link that was never made,
    was revoked or has ended is 404, and looks the same. Of what was agreed it has the title and the
    hash: `proof.terms` is null, also in the JSON inside the PDF.
    Its signature verifies all the same.

    Args:
        link_token (str):
        format_ (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ProblemBody | str
    """

    return sync_detailed(
        link_token=link_token,
        client=client,
        format_=format_,
    ).parsed


async def asyncio_detailed(
    link_token: str,
    *,
    client: AuthenticatedClient | Client,
    format_: str | Unset = UNSET,
) -> Response[Any | ProblemBody | str]:
    """The public page of a receipt.

     What a link, or the code on a printed receipt, leads to: the receipt as it stands now, as a page
    (the default), a PDF or JSON. A link that was never made,
    was revoked or has ended is 404, and looks the same. Of what was agreed it has the title and the
    hash: `proof.terms` is null, also in the JSON inside the PDF.
    Its signature verifies all the same.

    Args:
        link_token (str):
        format_ (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ProblemBody | str]
    """

    kwargs = _get_kwargs(
        link_token=link_token,
        format_=format_,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    link_token: str,
    *,
    client: AuthenticatedClient | Client,
    format_: str | Unset = UNSET,
) -> Any | ProblemBody | str | None:
    """The public page of a receipt.

     What a link, or the code on a printed receipt, leads to: the receipt as it stands now, as a page
    (the default), a PDF or JSON. A link that was never made,
    was revoked or has ended is 404, and looks the same. Of what was agreed it has the title and the
    hash: `proof.terms` is null, also in the JSON inside the PDF.
    Its signature verifies all the same.

    Args:
        link_token (str):
        format_ (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ProblemBody | str
    """

    return (
        await asyncio_detailed(
            link_token=link_token,
            client=client,
            format_=format_,
        )
    ).parsed
