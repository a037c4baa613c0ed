"""What schemathesis is told about this API beyond its document: values that exist here, and which refusals a schema cannot foretell."""

import json
import os
import re
import zlib

import schemathesis

FACTS = json.loads(os.environ["FACTS"])
ADDRESS = re.compile(r"^0x[0-9a-fA-F]{40}$")
ASSET = re.compile(r"^eip155:[0-9]+/")
# Of ten values that fit the schema, so many are replaced by one that exists; which, only the value decides, so that a case can be repeated.
REAL = 7

# Refusals of a request that fits its schema: they depend on what is there, on arithmetic, or on cryptography. Every other 400 or 422 means that the document does
# not say what the API wants.
BEYOND_A_SCHEMA = {
    "asset_not_supported", "consent_invalid", "exceeds_open_amount", "exceeds_refundable", "fee_refused", "idempotency_key_conflict", "invalid_address", "invalid_amount", "invalid_asset",
    "invalid_cursor", "parties_refused", "payer_not_proved", "scope_not_yours", "terms_not_supported", "unknown_party", "webhook_url_refused",
}

# Nor can a schema say that text is trimmed before it is measured, which characters deceive, what a calendar and URLs are, and what one member asks of another.
UNSAID = re.compile(
    r"the character U\+[0-9A-F]{4,6} is not taken$"
    r"|(expected|:) \d[\d,]* to \d[\d,]* characters"
    r"|expected an ISO-8601 instant"
    r"|expected a URL"
    r"|name the (asset|party) either by"
    r"|types must be event types"
    r"|^query: asset: "
    r"|must be a day like"
    r"|the agreement has no (such milestone|payment request)"
    r"|confirmed: must be true"
    r"|belongs to an approval; leave it out"
    r"|say what has to be different"
    r"|must be more than zero"
    r"|name at least one of"
    r"|leave sellerAmount out"
    r"|it is changed with the action"
    r"|an agreement has no fields that can be patched"
    r"|no such type of event"
    r"|say how much goes back"
    r"|name either eventId, or from and to"
    r"|the seller is paid there already"
)


def real(value):
    if isinstance(value, dict):
        return {key: real(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [real(inner) for inner in value]
    # 37.0 is an integer to JSON Schema and none to the API: clients write integers without a point.
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str):
        for pattern, known in ((ADDRESS, FACTS["wallets"]), (ASSET, FACTS["assets"])):
            dice = zlib.crc32(value.encode("utf-8", "surrogatepass"))
            if known and pattern.match(value) and dice % 10 < REAL:
                return known[dice // 10 % len(known)]
    return value


def is_positive(case) -> bool:
    return case.meta is not None and case.meta.generation.mode.is_positive


@schemathesis.hook
def before_call(ctx, case, kwargs):
    # Whoever revokes the token in use learns nothing after that.
    for name, value in (case.path_parameters or {}).items():
        if value == FACTS["ownToken"]:
            case.path_parameters[name] = "key_7ZZZZZZZZZZZZZZZZZZZZZZZZZ"
    if is_positive(case) and isinstance(case.body, dict):
        case.body = real(case.body)


@schemathesis.check
def the_schema_says_it_all(ctx, response, case):
    if not is_positive(case) or response.status_code not in (400, 422):
        return
    problem = json.loads(response.content)
    is_said = problem["code"] in BEYOND_A_SCHEMA or UNSAID.search(problem["detail"])
    assert is_said, f"what fits the schema is refused: {problem['code']}: {problem['detail']}"


@schemathesis.check
def every_refusal_is_a_problem(ctx, response, case):
    if response.status_code < 400:
        return
    # What a printed code leads to is opened by people, unless they ask for something else.
    if case.operation.path.startswith("/r/") and response.headers["content-type"][0].startswith("text/html"):
        return
    assert response.headers["content-type"] == ["application/problem+json"], response.headers["content-type"]
    problem = json.loads(response.content)
    assert problem["status"] == response.status_code
    assert problem["type"] == f"/docs/errors/{problem['code']}"
    assert problem["detail"] and problem["requestId"] == response.headers["x-request-id"][0]
    assert problem["retryable"] or response.status_code < 500
