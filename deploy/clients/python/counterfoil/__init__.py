"""Client of the Counterfoil router API.

Operations and models are in `counterfoil.generated`, made from the OpenAPI document: `api.<tag>.<operation>.sync_detailed(client=…, body=…)`. What is written here is
what every caller needs beside it: the token, a fresh idempotency key for each write, and problems as exceptions.
"""

import uuid
from typing import Any

import httpx

from .generated import AuthenticatedClient, Client
from .generated.models import ProblemBody
from .generated.types import Response

__all__ = ["CounterfoilError", "connect", "unwrap"]

# `verify` holds its answer for up to 30 s.
TIMEOUT = httpx.Timeout(60)


class CounterfoilError(Exception):
    """An answer that is not a success (RFC 9457); decide by `code`."""

    def __init__(self, problem: ProblemBody) -> None:
        super().__init__(f"{problem.status} {problem.code}: {problem.detail}")
        self.problem = problem
        self.code = problem.code


def connect(base_url: str, token: str | None = None) -> Client | AuthenticatedClient:
    """A client of the instance at `base_url`; without a token (`cf_…`) only public operations can be called.

    Every write carries a fresh `Idempotency-Key` unless the call names one: name one, and keep it, where the call may have to be repeated after a crash.
    """
    httpx_args: dict[str, Any] = {"event_hooks": {"request": [_with_idempotency_key]}}
    if token is None:
        return Client(base_url=base_url, timeout=TIMEOUT, httpx_args=httpx_args)
    return AuthenticatedClient(base_url=base_url, token=token, timeout=TIMEOUT, httpx_args=httpx_args)


def unwrap(response: Response) -> Any:
    """The body of a success, or a `CounterfoilError`."""
    if isinstance(response.parsed, ProblemBody):
        raise CounterfoilError(response.parsed)
    return response.parsed


def _with_idempotency_key(request: httpx.Request) -> None:
    if request.method != "GET" and "idempotency-key" not in request.headers:
        request.headers["idempotency-key"] = str(uuid.uuid4())
