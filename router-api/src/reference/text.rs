//! `/llms.txt` and `/llms-full.txt` (llmstxt.org): the reference for agents, as Markdown.

use std::fmt::Write as _;

use settlement::notice::NoticeType;
use url::Url;

use super::html::access;
use super::{Content, Operation, about, operations, tags};
use crate::problem::Code;

/// One payment in operations, from sign-in to acceptance. A test holds the ids against the document.
pub(crate) const ONE_PAYMENT: &[(&str, &str)] = &[
    ("create_nonce", "Ask for a nonce; it comes with the domain, the URI and the chains for the message."),
    ("sign_in", "Send the EIP-4361 message and the wallet's signature; keep `apiToken`."),
    ("agreement_typed_data_for_import", "Send the terms; both wallets sign the `typedData` that comes back, after checking it."),
    ("import_contract", "Send the same terms and salt with both signatures. This is the agreement; in URLs it is a contract."),
    ("create_submission", "The seller delivers."),
    ("create_payment_request", "The buyer asks for a payload. `execution` is what its wallet sends; check payee, amount and token before."),
    ("submit_transaction", "Tell which transaction pays. It is a hint: the chain decides."),
    ("verify_transaction", "Ask until `status` is `router_verified`; 202 says when to ask again."),
    ("show_receipt", "Read the receipt. `counterfoil receipt verify` checks it without trusting this instance."),
    ("decide_contract", "The buyer accepts."),
];

/// What an agent has to know whatever it does.
const RULES: &str = "\
- Send `Authorization: Bearer cf_…` and JSON with `Content-Type: application/json`. Unknown fields are refused; nothing is ignored.
- Amounts are strings of decimal digits in atomic units, never numbers; only balances can start with `-`. Assets are CAIP-19, addresses EIP-55, times ISO-8601 in UTC.
- Send a fresh `Idempotency-Key` with every write, and the same one on every retry of it: the retry gets the stored answer.
- Every resource lists `availableActions`; each has `invocation` with method, endpoint and body. Do what is `available`; `recommendedAction` or `suggestedAction` names
  what is best done next. What is `waiting` or `blocked` says for whom and why.
- Errors are `application/problem+json`: decide by `code`. `retryable` says whether the same request may succeed later, `retryAfterSeconds` when.
- After a timeout or a 5xx, repeat with the same key. Never pay again because an answer is missing: *unknown* is not *failed*. Ask `verify` or `/api/settlements/{id}`.
- What you may not see is 404, like what does not exist. 403 says which scope or role is missing.
- Lists take `limit` (at most 100) and `cursor`; pass `nextCursor` on as it is until it is null.
- `RateLimit` says what is left; at 429 wait for `Retry-After`.";

/// What there is and how to go about it.
pub(crate) fn short(base: &Url) -> String {
    let mut text = head(base);
    for (tag, about) in tags() {
        write!(text, "\n## {tag}\n\n{about}\n\n").expect(CANNOT_FAIL);
        for operation in operations().iter().filter(|operation| operation.tag == tag) {
            let Operation { id, method, path, summary, .. } = operation;
            writeln!(text, "- [{method} {path}]({}): {summary} {}", at(base, &format!("/docs/operations/{id}")), access(operation)).expect(CANNOT_FAIL);
        }
    }
    text.push_str("\n## Event types\n\nIn the log, the stream and webhooks, with the members of `data`; those in brackets are there where they apply.\n\n");
    for kind in NoticeType::ALL {
        writeln!(text, "- `{kind}`: {} `{}`", kind.about(), said(*kind)).expect(CANNOT_FAIL);
    }
    text.push_str("\n## Errors\n\n");
    for code in Code::ALL {
        let (name, status, page) = (code.as_str(), code.status().as_u16(), at(base, &format!("/docs/errors/{}", code.as_str())));
        writeln!(text, "- [{name}]({page}) ({status}): {}. {}", code.title(), code.cure()).expect(CANNOT_FAIL);
    }
    write!(
        text,
        "\n## Optional\n\n- [OpenAPI 3.1]({}): the whole reference for machines\n- [Every operation in full]({}): as one text\n- [Reference]({}): for people\n",
        at(base, "/openapi.json"),
        at(base, "/llms-full.txt"),
        at(base, "/docs")
    )
    .expect(CANNOT_FAIL);
    text
}

/// The members of a type's data: those that are always there, and in brackets those that are where they apply.
pub(super) fn said(kind: NoticeType) -> String {
    let always = kind.facts().map(|fact| fact.name.to_owned());
    let more = kind.more_facts().map(|fact| format!("[{}]", fact.name));
    always.chain(more).collect::<Vec<_>>().join(" ")
}

/// The same with every operation in full.
pub(crate) fn full(base: &Url) -> String {
    let mut text = short(base);
    text.push_str("\n# Operations in full\n");
    for operation in operations() {
        in_full(&mut text, operation);
    }
    text
}

const CANNOT_FAIL: &str = "writing to a string cannot fail";

fn head(base: &Url) -> String {
    let (title, description) = about();
    let mut parts = description.split("\n\n");
    let mut text = format!("# {title}\n\n> {}\n\n", parts.next().unwrap_or_default().replace('\n', " "));
    for part in parts {
        write!(text, "{part}\n\n").expect(CANNOT_FAIL);
    }
    write!(text, "This instance is {}. Its chains, tokens and fees are at {}.\n\n{RULES}\n\n", at(base, "/"), at(base, "/api/chains")).expect(CANNOT_FAIL);
    text.push_str("## One payment\n\n");
    for (index, (id, what)) in ONE_PAYMENT.iter().enumerate() {
        if let Some(operation) = operations().iter().find(|operation| operation.id == *id) {
            writeln!(text, "{}. `{} {}`: {what}", index + 1, operation.method, operation.path).expect(CANNOT_FAIL);
        }
    }
    text
}

fn in_full(text: &mut String, operation: &Operation) {
    let Operation { id, method, path, summary, description, .. } = operation;
    write!(text, "\n## {method} {path}\n\n{summary} (`{id}`)\n\n").expect(CANNOT_FAIL);
    if !description.is_empty() {
        write!(text, "{description}\n\n").expect(CANNOT_FAIL);
    }
    writeln!(text, "{}", access(operation)).expect(CANNOT_FAIL);
    for parameter in &operation.parameters {
        let required = if parameter.is_required { ", required" } else { "" };
        writeln!(text, "- `{}` ({}{required}): {}", parameter.name, parameter.place, parameter.description).expect(CANNOT_FAIL);
    }
    if let Some(body) = &operation.body {
        text.push_str("\nBody:\n\n");
        example(text, body);
    }
    for response in &operation.responses {
        writeln!(text, "\n{}: {}", response.status, response.description).expect(CANNOT_FAIL);
        if let Some(content) = response.content.as_ref().filter(|_| response.is_success()) {
            text.push('\n');
            example(text, content);
        }
    }
}

fn example(text: &mut String, content: &Content) {
    if let Some(example) = content.example.filter(|example| !example.is_string()) {
        let json = serde_json::to_string_pretty(example).expect("plain data with string keys");
        writeln!(text, "```json\n{json}\n```").expect(CANNOT_FAIL);
    }
}

fn at(base: &Url, path: &str) -> String {
    format!("{}{path}", base.as_str().trim_end_matches('/'))
}
