//! The pages under `/docs`.
//!
//! A page is text, tables and one style sheet inside of it. The content security policy of these pages allows that one sheet by its hash and nothing else: no
//! script, no image, no font, nothing from elsewhere.

use std::sync::LazyLock;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::Value;
use settlement::notice::NoticeType;

use super::text::said;
use super::{Content, Operation, about, name_of, operations, schemas, tags};
use crate::problem::Code;
use crate::style;

const STYLE: &str = "\
    :root{color-scheme:light dark}\
    body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem 1rem 4rem}\
    code,pre{font:14px/1.45 ui-monospace,monospace}\
    pre{overflow-x:auto;padding:.75rem;border:1px solid #8884;border-radius:4px}\
    table{border-collapse:collapse;width:100%}\
    th,td{text-align:left;vertical-align:top;padding:.3rem .75rem .3rem 0;border-bottom:1px solid #8884}\
    .way{display:inline-block;min-width:4.5em;font-weight:600}\
    nav,.note{opacity:.8}";

/// What these pages may do: look like something.
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| style::policy(STYLE));

/// The front page: what there is.
pub(crate) fn index() -> Response {
    let (title, description) = about();
    let in_tag = |tag: &str| -> Vec<&Operation> { operations().iter().filter(|operation| operation.tag == tag).collect() };
    let body = html! {
        @for part in description.split("\n\n") { p { (prose(part)) } }
        p {
            "Machines read " a href="/openapi.json" { "/openapi.json" } " (OpenAPI 3.1), agents start with " a href="/llms.txt" { "/llms.txt" }
            ". The chains, tokens and fees of this instance are in " a href="/api/chains" { "/api/chains" } "."
        }
        @for (tag, about) in tags() {
            h2 id=(tag) { (tag) }
            p { (prose(about)) }
            table {
                @for operation in in_tag(tag) {
                    tr { td { (link(operation)) } td { (prose(operation.summary)) } }
                }
            }
        }
        h2 id="event-types" { "Event types" }
        p { "In the log, the stream and webhooks, with the members of " code { "data" } "; those in brackets are there where they apply. Examples are in the section "
            code { "webhooks" } " of " a href="/openapi.json" { "/openapi.json" } "." }
        table {
            @for kind in NoticeType::ALL {
                tr { td { code { (kind) } } td { (kind.about()) } td { code { (said(*kind)) } } }
            }
        }
        h2 id="errors" { "Problem codes" }
        p { "Every answer that is not a success is a " a href="/docs/schemas/ProblemBody" { "problem" } " with one of these codes. Each page says what brings it about and what to do." }
        table {
            @for code in Code::ALL {
                tr { td { (code_link(*code)) } td { (code.status().as_u16()) } td { (code.title()) } }
            }
        }
        h2 id="schemas" { "Schemas" }
        p { @for (name, _) in schemas() { a href=(schema_path(name)) { code { (name) } } " " } }
    };
    page(title, &body)
}

/// One operation in full; `None` when there is none of this id.
pub(crate) fn operation(id: &str) -> Option<Response> {
    let operation = operations().iter().find(|operation| operation.id == id)?;
    let body = html! {
        p { code { span.way { (operation.method) } (operation.path) } }
        @for part in operation.description.split("\n\n") { p { (prose(part)) } }
        p.note { (access(operation)) }
        @if !operation.parameters.is_empty() {
            h2 { "Parameters" }
            table {
                @for parameter in &operation.parameters {
                    tr {
                        td { code { (parameter.name) } }
                        td { (parameter.place) @if parameter.is_required { ", required" } }
                        td { (prose(parameter.description)) }
                    }
                }
            }
        }
        @if let Some(body) = &operation.body {
            h2 { "Body" }
            (content(body))
        }
        h2 { "Answers" }
        @for response in operation.responses.iter().filter(|response| response.is_success()) {
            h3 { (response.status) }
            p { (prose(response.description)) }
            @if let Some(body) = &response.content { (content(body)) }
        }
        h2 { "Problems" }
        table {
            @for response in operation.responses.iter().filter(|response| !response.is_success()) {
                tr { td { (response.status) } td { (prose(response.description)) } }
            }
        }
    };
    Some(page(operation.summary.trim_end_matches('.'), &body))
}

/// One schema; `None` when there is none of this name.
pub(crate) fn schema(name: &str) -> Option<Response> {
    let (name, schema) = schemas().find(|(known, _)| *known == name)?;
    let body = html! {
        p { (prose(schema["description"].as_str().unwrap_or_default())) }
        (members(schema))
        @if let Some(example) = schema.get("example") { h2 { "Example" } (example_of(example)) }
        h2 { "As JSON Schema" }
        (example_of(schema))
    };
    Some(page(name, &body))
}

/// What a problem code means.
pub(crate) fn error(code: Code) -> Response {
    let again = if code.is_retryable() { "The same request may succeed later, unchanged." } else { "The same request will fail again." };
    let of: Vec<&Operation> = operations().iter().filter(|operation| answers(operation, code)).collect();
    let body = html! {
        p { code { (code.as_str()) } ", status " (code.status().as_u16()) }
        h2 { "Cause" }
        p { (prose(code.cause())) }
        h2 { "Cure" }
        p { (prose(code.cure())) }
        p { (again) }
        @if !of.is_empty() {
            h2 { "Where" }
            @if of.len() == operations().len() { p { "Every operation." } } @else { ul { @for operation in of { li { (link(operation)) } } } }
        }
    };
    page(code.title(), &body)
}

/// Whether the operation may answer with the code.
fn answers(operation: &Operation, code: Code) -> bool {
    let name = format!("`{}`", code.as_str());
    operation.responses.iter().any(|response| response.description.contains(&name))
}

/// What a caller needs.
pub(super) fn access(operation: &Operation) -> String {
    if operation.scopes.is_empty() {
        return "Public: no token is needed.".to_owned();
    }
    let all: Vec<String> = operation.scopes.iter().map(|scopes| scopes.join(" and ")).collect();
    format!("Needs a bearer token with {}.", all.join(", or "))
}

fn content(content: &Content) -> Markup {
    html! {
        p.note {
            code { (content.media_type) }
            @if let Some(name) = content.schema { ", " a href=(schema_path(name)) { code { (name) } } }
        }
        @if let Some(example) = content.example { (example_of(example)) }
    }
}

/// The members of an object, whether written out or put together from others.
fn members(schema: &'static Value) -> Markup {
    let parts = ["allOf", "anyOf", "oneOf"].into_iter().flat_map(|key| schema[key].as_array().into_iter().flatten());
    let required = |name: &str| schema["required"].as_array().is_some_and(|all| all.iter().any(|one| one == name));
    html! {
        @if let Some(properties) = schema["properties"].as_object() {
            table {
                @for (name, property) in properties {
                    tr {
                        td { code { (name) } @if !required(name) { "?" } }
                        td { (kind(property)) }
                        td { (prose(property["description"].as_str().unwrap_or_default())) }
                    }
                }
            }
        }
        @for part in parts {
            @if let Some(name) = name_of(part) { p { a href=(schema_path(name)) { code { (name) } } } } @else { (members(part)) }
        }
    }
}

/// What a value is, in a word.
fn kind(schema: &'static Value) -> Markup {
    if let Some(name) = name_of(schema) {
        return html! { a href=(schema_path(name)) { code { (name) } } };
    }
    let parts: Vec<&Value> = ["oneOf", "anyOf", "allOf"].into_iter().flat_map(|key| schema[key].as_array().into_iter().flatten()).collect();
    if !parts.is_empty() {
        return html! { @for (index, part) in parts.into_iter().enumerate() { @if index > 0 { " or " } (kind(part)) } };
    }
    match &schema["type"] {
        Value::String(kind) if kind == "array" => html! { "list of " (self::kind(&schema["items"])) },
        Value::String(kind) => html! { (kind) },
        Value::Array(kinds) => html! { (kinds.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or ")) },
        _ if !schema["const"].is_null() => html! { code { (schema["const"]) } },
        _ => html! { "anything" },
    }
}

fn example_of(value: &Value) -> Markup {
    let text = value.as_str().map_or_else(|| serde_json::to_string_pretty(value).expect("plain data with string keys"), str::to_owned);
    html! { pre { (text) } }
}

/// Text with `code` between backticks; names of problem codes lead to their pages.
fn prose(text: &str) -> Markup {
    html! {
        @for (index, part) in text.split('`').enumerate() {
            @if index % 2 == 0 { (part) } @else if let Some(code) = Code::parse(part) { (code_link(code)) } @else { code { (part) } }
        }
    }
}

fn link(operation: &Operation) -> Markup {
    html! { a href={ "/docs/operations/" (operation.id) } { code { span.way { (operation.method) } " " (operation.path) } } }
}

fn code_link(code: Code) -> Markup {
    html! { a href={ "/docs/errors/" (code.as_str()) } { code { (code.as_str()) } } }
}

fn schema_path(name: &str) -> String {
    format!("/docs/schemas/{name}")
}

fn page(title: &str, body: &Markup) -> Response {
    let html = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                nav { a href="/docs" { "Reference" } }
                main { h1 { (title) } (body) }
            }
        }
    };
    ([(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")), (header::CONTENT_SECURITY_POLICY, POLICY.clone())], html.into_string())
        .into_response()
}
