//! The reference for people and for agents, written from the OpenAPI document when it is first asked for: what it says is what the document says, so that it
//! cannot grow old.
//!
//! [`html`] has the pages under `/docs`: one per operation, schema and problem code, readable without script, image or anything from elsewhere. [`text`] has
//! `/llms.txt` (llmstxt.org): all that an agent needs to find its way, and `/llms-full.txt` with every operation in full.

pub(crate) mod html;
pub(crate) mod text;

use std::sync::LazyLock;

use serde_json::Value;

#[cfg(test)]
pub(crate) use text::ONE_PAYMENT;

/// The document as JSON.
static DOCUMENT: LazyLock<Value> = LazyLock::new(|| serde_json::to_value(crate::openapi()).expect("the document is plain data with string keys"));

static OPERATIONS: LazyLock<Vec<Operation>> = LazyLock::new(|| read(&DOCUMENT));

/// The methods that operations have.
const METHODS: [&str; 5] = ["get", "post", "patch", "put", "delete"];

/// One operation, as the document describes it.
pub(crate) struct Operation {
    /// `create_payment_request`
    pub(crate) id: &'static str,
    /// `POST`
    pub(crate) method: String,
    /// With its parameters in braces.
    pub(crate) path: &'static str,
    /// The tag under which it is listed.
    pub(crate) tag: &'static str,
    /// One line.
    pub(crate) summary: &'static str,
    /// The rest.
    pub(crate) description: &'static str,
    /// The scopes that a token needs: alternatives, of each all. Empty when it is public.
    pub(crate) scopes: Vec<Vec<&'static str>>,
    /// Parameters: name, where, whether required, description.
    pub(crate) parameters: Vec<Parameter>,
    /// What it takes.
    pub(crate) body: Option<Content>,
    /// What it answers.
    pub(crate) responses: Vec<Response>,
}

/// A parameter of an operation.
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) place: &'static str,
    pub(crate) is_required: bool,
    pub(crate) description: &'static str,
}

/// An answer of an operation.
pub(crate) struct Response {
    pub(crate) status: &'static str,
    pub(crate) description: &'static str,
    pub(crate) content: Option<Content>,
}

impl Response {
    /// Whether it is what the operation is for.
    pub(crate) fn is_success(&self) -> bool {
        self.status.starts_with('2')
    }
}

/// A body: its media type, the name of its schema, and an example.
pub(crate) struct Content {
    pub(crate) media_type: &'static str,
    pub(crate) schema: Option<&'static str>,
    pub(crate) example: Option<&'static Value>,
}

/// Every operation, in the order of the document.
pub(crate) fn operations() -> &'static [Operation] {
    &OPERATIONS
}

/// The tags and what they are about.
pub(crate) fn tags() -> impl Iterator<Item = (&'static str, &'static str)> {
    items(&DOCUMENT["tags"]).map(|tag| (text(&tag["name"]), text(&tag["description"])))
}

/// What is said about the whole.
pub(crate) fn about() -> (&'static str, &'static str) {
    (text(&DOCUMENT["info"]["title"]), text(&DOCUMENT["info"]["description"]))
}

/// The schemas that have names.
pub(crate) fn schemas() -> impl Iterator<Item = (&'static str, &'static Value)> {
    DOCUMENT["components"]["schemas"].as_object().into_iter().flatten().map(|(name, schema)| (name.as_str(), schema))
}

/// What a schema is called in a reference to it.
pub(crate) fn name_of(schema: &'static Value) -> Option<&'static str> {
    schema["$ref"].as_str()?.strip_prefix("#/components/schemas/")
}

fn read(document: &'static Value) -> Vec<Operation> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths.flat_map(|(path, item)| METHODS.iter().filter_map(move |method| operation(path, method, item.get(*method)?))).collect()
}

fn operation(path: &'static str, method: &str, spec: &'static Value) -> Option<Operation> {
    let scopes = |requirement: &'static Value| items(&requirement["bearer"]).map(text).collect();
    Some(Operation {
        id: spec["operationId"].as_str()?,
        method: method.to_uppercase(),
        path,
        tag: text(&spec["tags"][0]),
        summary: text(&spec["summary"]),
        description: text(&spec["description"]),
        scopes: items(&spec["security"]).map(scopes).collect(),
        parameters: items(&spec["parameters"]).map(parameter).collect(),
        body: content(&spec["requestBody"]["content"]),
        responses: spec["responses"].as_object().into_iter().flatten().map(|(status, response)| answer(status, response)).collect(),
    })
}

fn parameter(spec: &'static Value) -> Parameter {
    Parameter { name: text(&spec["name"]), place: text(&spec["in"]), is_required: spec["required"] == true, description: text(&spec["description"]) }
}

fn answer(status: &'static str, spec: &'static Value) -> Response {
    Response { status, description: text(&spec["description"]), content: content(&spec["content"]) }
}

/// The first media type; where there are several, the others are the same for other readers.
fn content(spec: &'static Value) -> Option<Content> {
    let (media_type, content) = spec.as_object()?.iter().next()?;
    let schema = name_of(&content["schema"]);
    let own = content.get("example").filter(|example| !example.is_null());
    let example = own.or_else(|| schema.and_then(|name| DOCUMENT["components"]["schemas"][name].get("example")));
    Some(Content { media_type, schema, example })
}

fn items(value: &'static Value) -> impl Iterator<Item = &'static Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &'static Value) -> &'static str {
    value.as_str().unwrap_or_default()
}
