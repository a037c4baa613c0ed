from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.problem_body import ProblemBody
from ...models.statement_body import StatementBody
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    from_: str | Unset = UNSET,
    to: str | Unset = UNSET,
    asset: str | Unset = UNSET,
    format_: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["from"] = from_

    params["to"] = to

    params["asset"] = asset

    params["format"] = format_

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/agent/statements",
        "params": params,
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> ProblemBody | StatementBody | None:
    if response.status_code == 200:
        response_200 = StatementBody.from_dict(response.json())

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[ProblemBody | StatementBody]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    from_: str | Unset = UNSET,
    to: str | Unset = UNSET,
    asset: str | Unset = UNSET,
    format_: str | Unset = UNSET,
) -> Response[ProblemBody | StatementBody]:
    """The caller's statement of account.

     Account by account: what stood on it when the period began, every line in the order of booking with
    what stands after it, and what stands at the end.
    `booked` says what a line stands for: a `payment`, a refund that the seller approved (`refund_due`)
    or one that was paid back (`refund`). A line that takes
    another back is a `reversal` and names the entry in `reverses`. Balances are counted on the side on
    which the account grows: what the buyer has paid, what
    the seller has received, what the seller owes back; they start with `-` where more was taken back
    than stood there.

    Payments and refunds are booked with the time of their block, approvals and reversals with the time
    at which they were made. So a period that is over can still
    change, while the chain's blocks are read late: fetch it again before you rely on it, or close your
    books some time after the period.

    It is written while it is read, however long it is: it is complete when the `closing` row of the
    last account is there (in JSON: when it ends). In CSV, a
    text that a spreadsheet would take for a formula starts with an apostrophe; numbers are numbers.

    Args:
        from_ (str | Unset):
        to (str | Unset):
        asset (str | Unset):
        format_ (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemBody | StatementBody]
    """

    kwargs = _get_kwargs(
        from_=from_,
        to=to,
        asset=asset,
        format_=format_,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    from_: str | Unset = UNSET,
    to: str | Unset = UNSET,
    asset: str | Unset = UNSET,
    format_: str | Unset = UNSET,
) -> ProblemBody | StatementBody | None:
    """The caller's statement of account.

     Account by account: what stood on it when the period began, every line in the order of booking with
    what stands after it, and what stands at the end.
    `booked` says what a line stands for: a `payment`, a refund that the seller approved (`refund_due`)
    or one that was paid back (`refund`). A line that takes
    another back is a `reversal` and names the entry in `reverses`. Balances are counted on the side on
    which the account grows: what the buyer has paid, what
    the seller has received, what the seller owes back; they start with `-` where more was taken back
    than stood there.

    Payments and refunds are booked with the time of their block, approvals and reversals with the time
    at which they were made. So a period that is over can still
    change, while the chain's blocks are read late: fetch it again before you rely on it, or close your
    books some time after the period.

    It is written while it is read, however long it is: it is complete when the `closing` row of the
    last account is there (in JSON: when it ends). In CSV, a
    text that a spreadsheet would take for a formula starts with an apostrophe; numbers are numbers.

    Args:
        from_ (str | Unset):
        to (str | Unset):
        asset (str | Unset):
        format_ (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemBody | StatementBody
    """

    return sync_detailed(
        client=client,
        from_=from_,
        to=to,
        asset=asset,
        format_=format_,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    from_: str | Unset = UNSET,
    to: str | Unset = UNSET,
    asset: str | Unset = UNSET,
    format_: str | Unset = UNSET,
) -> Response[ProblemBody | StatementBody]:
    """The caller's statement of account.

     Account by account: what stood on it when the period began, every line in the order of booking with
    what stands after it, and what stands at the end.
    `booked` says what a line stands for: a `payment`, a refund that the seller approved (`refund_due`)
    or one that was paid back (`refund`). A line that takes
    another back is a `reversal` and names the entry in `reverses`. Balances are counted on the side on
    which the account grows: what the buyer has paid, what
    the seller has received, what the seller owes back; they start with `-` where more was taken back
    than stood there.

    Payments and refunds are booked with the time of their block, approvals and reversals with the time
    at which they were made. So a period that is over can still
    change, while the chain's blocks are read late: fetch it again before you rely on it, or close your
    books some time after the period.

    It is written while it is read, however long it is: it is complete when the `closing` row of the
    last account is there (in JSON: when it ends). In CSV, a
    text that a spreadsheet would take for a formula starts with an apostrophe; numbers are numbers.

    Args:
        from_ (str | Unset):
        to (str | Unset):
        asset (str | Unset):
        format_ (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemBody | StatementBody]
    """

    kwargs = _get_kwargs(
        from_=from_,
        to=to,
        asset=asset,
        format_=format_,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    from_: str | Unset = UNSET,
    to: str | Unset = UNSET,
    asset: str | Unset = UNSET,
    format_: str | Unset = UNSET,
) -> ProblemBody | StatementBody | None:
    """The caller's statement of account.

     Account by account: what stood on it when the period began, every line in the order of booking with
    what stands after it, and what stands at the end.
    `booked` says what a line stands for: a `payment`, a refund that the seller approved (`refund_due`)
    or one that was paid back (`refund`). A line that takes
    another back is a `reversal` and names the entry in `reverses`. Balances are counted on the side on
    which the account grows: what the buyer has paid, what
    the seller has received, what the seller owes back; they start with `-` where more was taken back
    than stood there.

    Payments and refunds are booked with the time of their block, approvals and reversals with the time
    at which they were made. So a period that is over can still
    change, while the chain's blocks are read late: fetch it again before you rely on it, or close your
    books some time after the period.

    It is written while it is read, however long it is: it is complete when the `closing` row of the
    last account is there (in JSON: when it ends). In CSV, a
    text that a spreadsheet would take for a formula starts with an apostrophe; numbers are numbers.

    Args:
        from_ (str | Unset):
        to (str | Unset):
        asset (str | Unset):
        format_ (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemBody | StatementBody
    """

    return (
        await asyncio_detailed(
            client=client,
            from_=from_,
            to=to,
            asset=asset,
            format_=format_,
        )
    ).parsed
