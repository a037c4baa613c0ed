//! The OpenAPI document as a test sees it: its operations, and whether an answer is what it promises.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::LazyLock;

use axum::http::{HeaderMap, Method, StatusCode, header};
use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::Value;
use settlement::scope::Scope;

use crate::problem::PROBLEM_JSON;
use crate::view::documented;

/// Where the document is, for references inside of it.
const LOCATION: &str = "https://pay.example/openapi.json";

/// The document of this version.
pub static DOCUMENT: LazyLock<Value> = LazyLock::new(|| serde_json::to_value(crate::openapi()).unwrap());

static OPERATIONS: LazyLock<Vec<Operation>> = LazyLock::new(|| {
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let methods = |(path, item): (&String, &Value)| -> Vec<Operation> {
        item.as_object().unwrap().iter().filter_map(|(method, spec)| Operation::new(path, method, spec)).collect()
    };
    paths.iter().flat_map(methods).collect()
});

/// One operation.
#[derive(Clone, Debug)]
pub struct Operation {
    /// GET, POST …
    pub method: Method,
    /// With its parameters in braces.
    pub path: String,
    /// What the document says of it.
    pub spec: Value,
}

impl Operation {
    fn new(path: &str, method: &str, spec: &Value) -> Option<Self> {
        let method: Method = method.to_uppercase().parse().ok()?;
        spec.is_object().then(|| Self { method, path: path.to_owned(), spec: spec.clone() })
    }

    /// Its name for people.
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The scopes that are needed, as alternatives of which one has to be met whole; empty when it is public.
    pub fn alternatives(&self) -> Vec<Vec<Scope>> {
        let scopes = |requirement: &Value| requirement["bearer"].as_array().unwrap().iter().map(|scope| scope.as_str().unwrap().parse().unwrap()).collect();
        self.spec["security"].as_array().into_iter().flatten().map(scopes).collect()
    }

    /// Whether it needs a token.
    pub fn is_protected(&self) -> bool {
        !self.alternatives().is_empty()
    }

    /// Whether it is about everybody, for whoever runs the instance.
    pub fn is_administrative(&self) -> bool {
        self.alternatives().iter().flatten().any(|scope| *scope == Scope::ADMIN)
    }

    /// Whether it changes something.
    pub fn is_write(&self) -> bool {
        self.method != Method::GET
    }

    /// Whether it has an effect, which an idempotency key keeps from happening twice.
    pub fn has_effect(&self) -> bool {
        self.spec["parameters"].as_array().into_iter().flatten().any(|parameter| parameter["name"] == "Idempotency-Key")
    }

    /// The names of its path parameters.
    pub fn parameters(&self) -> Vec<&str> {
        self.path.split('{').skip(1).map(|rest| rest.split('}').next().unwrap()).collect()
    }

    /// The path with a value for every parameter.
    pub fn path_with(&self, value: impl Fn(&str) -> String) -> String {
        let filled = |path: String, name: &str| path.replace(&format!("{{{name}}}"), &value(name));
        self.parameters().into_iter().fold(self.path.clone(), filled)
    }

    /// The example of its body; `{}` when it takes none.
    pub fn example_body(&self) -> Value {
        let content = &self.spec["requestBody"]["content"]["application/json"];
        if content.is_null() {
            return Value::Object(serde_json::Map::default());
        }
        if !content["example"].is_null() {
            return content["example"].clone();
        }
        let example = resolve(&content["schema"])["example"].clone();
        assert!(!example.is_null(), "{}: the body has no example", self.name());
        example
    }

    /// Where the schema of something inside of it is.
    pub fn pointer(&self, inside: &[&str]) -> String {
        let escape = |part: &str| part.replace('~', "~0").replace('/', "~1").replace('{', "%7B").replace('}', "%7D");
        let path = escape(&self.path);
        inside.iter().fold(format!("/paths/{path}/{}", self.method.as_str().to_lowercase()), |pointer, part| format!("{pointer}/{}", escape(part)))
    }

    fn matches(&self, path: &str) -> bool {
        let (pattern, segments): (Vec<&str>, Vec<&str>) = (self.path.split('/').collect(), path.split('/').collect());
        let fits = |(pattern, segment): (&&str, &&str)| pattern.starts_with('{') || pattern == segment;
        pattern.len() == segments.len() && pattern.iter().zip(&segments).all(fits)
    }
}

/// Every operation.
pub fn operations() -> &'static [Operation] {
    &OPERATIONS
}

/// The operation that a request is for. As in the router, the path decides first, and one without parameters before one with.
fn find(method: &Method, path: &str) -> Option<&'static Operation> {
    let path = path.split('?').next().unwrap_or_default();
    let found = OPERATIONS.iter().filter(|operation| operation.matches(path)).min_by_key(|operation| operation.parameters().len())?;
    OPERATIONS.iter().find(|operation| operation.path == found.path && operation.method == *method)
}

/// The schema behind a reference.
pub fn resolve(schema: &Value) -> &Value {
    match schema["$ref"].as_str() {
        Some(reference) => resolve(DOCUMENT.pointer(reference.trim_start_matches('#')).unwrap_or_else(|| panic!("{reference} is not defined"))),
        None => schema,
    }
}

/// Fails unless the answer is one that the document promises for the operation: its status, its media type, its body in every part.
#[track_caller]
pub fn assert_promised(method: &Method, path: &str, status: StatusCode, headers: &HeaderMap, body: &[u8]) {
    let Some(operation) = find(method, path) else { return };
    let name = operation.name();
    let responses = operation.spec["responses"].as_object().unwrap();
    let response =
        responses.get(status.as_str()).unwrap_or_else(|| panic!("{name} answers {status}, which is not documented: {}", String::from_utf8_lossy(body)));
    for (header, documented) in [("ratelimit", "RateLimit"), ("ratelimit-policy", "RateLimit-Policy"), ("retry-after", "Retry-After")] {
        let is_documented = !response["headers"][documented].is_null();
        assert!(is_documented || !headers.contains_key(header), "{name} {status}: the header {documented} is not documented");
    }
    let media_type = headers.get(header::CONTENT_TYPE).map(|value| value.to_str().unwrap().split(';').next().unwrap());
    let Some(media_type) = media_type else {
        assert!(response["content"].is_null() && body.is_empty(), "{name} {status}: a body is documented, and there is none");
        return;
    };
    let documented: Vec<&String> = response["content"].as_object().into_iter().flat_map(|content| content.keys()).collect();
    let key = documented.iter().find(|key| key.split(';').next() == Some(media_type));
    let key = key.unwrap_or_else(|| panic!("{name} {status}: {media_type} is not documented, only {documented:?}"));
    if !media_type.ends_with("json") {
        return;
    }
    let value: Value = serde_json::from_slice(body).unwrap_or_else(|error| panic!("{name} {status}: not JSON: {error}"));
    if media_type == PROBLEM_JSON {
        let code = format!("`{}`", value["code"].as_str().unwrap());
        assert!(response["description"].as_str().unwrap().contains(&code), "{name} {status}: {code} is not documented: {}", response["description"]);
    }
    let pointer = operation.pointer(&["responses", status.as_str(), "content", key, "schema"]);
    assert_valid(&format!("{name} {status}"), &value, &pointer);
    let wrong = documented::undocumented(&value, &response["content"][key.as_str()]["schema"], &DOCUMENT);
    assert!(wrong.is_empty(), "{name} {status}: {}\n{value:#}", wrong.join("\n"));
}

/// Fails unless the value is valid against the schema at this place of the document.
#[track_caller]
pub fn assert_valid(what: &str, value: &Value, pointer: &str) {
    thread_local!(static VALIDATOR: RefCell<Validator> = RefCell::new(Validator::new()));
    if let Err(wrong) = VALIDATOR.with_borrow_mut(|validator| validator.check(value, pointer)) {
        panic!("{what} is not valid against {pointer}: {wrong}\n{value:#}");
    }
}

/// Compiled schemas of the document.
struct Validator {
    compiler: Compiler,
    schemas: Schemas,
    compiled: HashMap<String, SchemaIndex>,
}

impl Validator {
    fn new() -> Self {
        let mut compiler = Compiler::new();
        compiler.add_resource(LOCATION, DOCUMENT.clone()).unwrap();
        Self { compiler, schemas: Schemas::new(), compiled: HashMap::new() }
    }

    fn check(&mut self, value: &Value, pointer: &str) -> Result<(), String> {
        let index = match self.compiled.get(pointer) {
            Some(index) => *index,
            None => {
                self.compiler.compile(&format!("{LOCATION}#{pointer}"), &mut self.schemas).map_err(|error| format!("the schema does not compile: {error:#}"))?
            }
        };
        self.compiled.insert(pointer.to_owned(), index);
        self.schemas.validate(value, index).map_err(|error| error.to_string())
    }
}
