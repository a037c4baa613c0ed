//! Holds documents that other crates make and the schemas that are published for them together.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// Fails unless every object in `value` has exactly the properties that the schema has: all that are required, none that is not there.
#[track_caller]
pub fn assert_documented<T: ToSchema + PartialSchema>(value: &Value) {
    let mut schemas = Vec::new();
    T::schemas(&mut schemas);
    let schemas = Schemas(schemas.into_iter().map(|(name, schema)| (name, serde_json::to_value(schema).unwrap())).collect());
    let root: RefOr<Schema> = T::schema();
    let wrong = schemas.compare("$", value, &serde_json::to_value(root).unwrap());
    assert!(wrong.is_empty(), "{}\n{value:#}", wrong.join("\n"));
}

/// The properties in `value` that the schema does not have, and those that it promises and that are not there, with references into the document.
pub fn undocumented(value: &Value, schema: &Value, document: &Value) -> Vec<String> {
    let schemas = document["components"]["schemas"].as_object().unwrap();
    Schemas(schemas.iter().map(|(name, schema)| (name.clone(), schema.clone())).collect()).compare("$", value, schema)
}

struct Schemas(BTreeMap<String, Value>);

impl Schemas {
    /// What is wrong with `value`; nothing when it fits one of the alternatives.
    fn compare(&self, path: &str, value: &Value, schema: &Value) -> Vec<String> {
        let mut best: Option<Vec<String>> = None;
        for alternative in self.alternatives(schema) {
            let wrong = self.compare_one(path, value, &alternative);
            if best.as_ref().is_none_or(|best| wrong.len() < best.len()) {
                best = Some(wrong);
            }
        }
        best.unwrap_or_default()
    }

    fn compare_one(&self, path: &str, value: &Value, schema: &Value) -> Vec<String> {
        match value {
            Value::Object(object) => self.compare_object(path, object, schema),
            Value::Array(items) => items.iter().flat_map(|item| self.compare(&format!("{path}[]"), item, &schema["items"])).collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
        }
    }

    fn compare_object(&self, path: &str, object: &Map<String, Value>, schema: &Value) -> Vec<String> {
        let (properties, required) = self.members(schema);
        if properties.is_empty() {
            return Vec::new();
        }
        let there: BTreeSet<&str> = object.keys().map(String::as_str).collect();
        let known: BTreeSet<&str> = properties.keys().map(String::as_str).collect();
        let mut wrong: Vec<String> = there.difference(&known).map(|key| format!("{path}.{key} is not documented")).collect();
        let missing = required.iter().filter(|key| !there.contains(key.as_str()));
        wrong.extend(missing.map(|key| format!("{path}.{key} is documented as always there, and is not")));
        wrong.extend(object.iter().filter_map(|(key, value)| Some((key, value, properties.get(key)?))).flat_map(|(key, value, schema)| {
            let path = format!("{path}.{key}");
            self.compare(&path, value, schema)
        }));
        wrong
    }

    /// Properties and required keys, of all parts of an `allOf` together.
    fn members(&self, schema: &Value) -> (BTreeMap<String, Value>, BTreeSet<String>) {
        let (mut properties, mut required) = (BTreeMap::new(), BTreeSet::new());
        for part in schema["allOf"].as_array().into_iter().flatten().chain([schema]) {
            let part = self.resolve(part);
            if part != *schema {
                let (more, also) = self.members(&part);
                properties.extend(more);
                required.extend(also);
            }
            properties.extend(part["properties"].as_object().into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())));
            required.extend(part["required"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned));
        }
        (properties, required)
    }

    /// The schemas of which one has to fit, without `null`.
    fn alternatives(&self, schema: &Value) -> Vec<Value> {
        let schema = self.resolve(schema);
        match schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
            Some(all) => all.iter().filter(|one| one["type"] != "null").flat_map(|one| self.alternatives(one)).collect(),
            None => vec![schema],
        }
    }

    fn resolve(&self, schema: &Value) -> Value {
        let Some(name) = schema["$ref"].as_str() else { return schema.clone() };
        let name = name.rsplit('/').next().unwrap_or_default();
        self.resolve(self.0.get(name).unwrap_or_else(|| panic!("{name} is referred to and not defined")))
    }
}
