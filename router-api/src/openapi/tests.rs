use std::collections::BTreeSet;

use serde_json::Value;

use super::to_json;
use crate::problem::Code;
use crate::testing::committed::{assert_committed, beside};
use crate::testing::document::{DOCUMENT, Operation, assert_valid, operations};
use crate::view::documented;

#[test]
fn the_committed_document_is_the_one_of_the_code() {
    assert_committed(&beside("openapi.json"), &to_json());
}

#[test]
fn every_operation_says_what_it_does_and_what_it_takes() {
    let tags: BTreeSet<&str> = DOCUMENT["tags"].as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap()).collect();
    let mut ids = BTreeSet::new();
    for operation in operations() {
        let name = operation.name();
        for key in ["summary", "description", "operationId"] {
            assert!(operation.spec[key].as_str().is_some_and(|text| !text.trim().is_empty()), "{name}: no {key}");
        }
        assert!(ids.insert(operation.spec["operationId"].as_str().unwrap()), "{name}: another operation has its id");
        assert!(operation.spec["tags"].as_array().unwrap().iter().all(|tag| tags.contains(tag.as_str().unwrap())), "{name}: an unknown tag");
        for parameter in operation.spec["parameters"].as_array().into_iter().flatten() {
            assert!(parameter["description"].as_str().is_some_and(|text| !text.is_empty()), "{name}: {} has no description", parameter["name"]);
        }
        let declared: BTreeSet<&str> =
            operation.spec["parameters"].as_array().into_iter().flatten().filter(|p| p["in"] == "path").map(|p| p["name"].as_str().unwrap()).collect();
        assert_eq!(declared, operation.parameters().into_iter().collect(), "{name}: path parameters");
    }
}

#[test]
fn every_example_is_valid_and_complete() {
    for operation in operations() {
        let name = operation.name();
        if !operation.spec["requestBody"].is_null() {
            let pointer = operation.pointer(&["requestBody", "content", "application/json", "schema"]);
            assert_valid(&format!("the body of {name}"), &operation.example_body(), &pointer);
            check_documented(&name, &operation.example_body(), &operation.spec["requestBody"]["content"]["application/json"]["schema"]);
        }
        for (status, response) in operation.spec["responses"].as_object().unwrap() {
            for (media_type, content) in response["content"].as_object().into_iter().flatten() {
                check_response(operation, status, media_type, content);
            }
        }
    }
}

fn check_response(operation: &Operation, status: &str, media_type: &str, content: &Value) {
    let name = format!("{} {status}", operation.name());
    // A person who follows a link, or reads a document that was revoked, gets a page.
    if !status.starts_with('2') && ["text/html", "application/pdf"].contains(&media_type) && operation.spec["tags"][0] == "documents" {
        return;
    }
    if !status.starts_with('2') {
        assert_eq!((media_type, &content["schema"]["$ref"]), ("application/problem+json", &Value::from("#/components/schemas/ProblemBody")), "{name}");
        return;
    }
    let example = &content["example"];
    assert!(!example.is_null(), "{name}: no example");
    assert_valid(&format!("the example of {name}"), example, &operation.pointer(&["responses", status, "content", media_type, "schema"]));
    check_documented(&name, example, &content["schema"]);
}

#[track_caller]
fn check_documented(name: &str, value: &Value, schema: &Value) {
    let wrong: Vec<String> = documented::undocumented(value, schema, &DOCUMENT);
    assert!(wrong.is_empty(), "the example of {name}: {}", wrong.join("\n"));
}

#[test]
fn every_schema_compiles_its_own_example_is_valid_and_every_property_is_described() {
    for (name, schema) in DOCUMENT["components"]["schemas"].as_object().unwrap() {
        let pointer = format!("/components/schemas/{name}");
        if !schema["example"].is_null() {
            assert_valid(name, &schema["example"], &pointer);
        }
        for part in schema["allOf"].as_array().into_iter().flatten().chain([schema]) {
            for (property, spec) in part["properties"].as_object().into_iter().flatten() {
                let described = !spec["description"].is_null()
                    || !spec["$ref"].is_null()
                    || spec["oneOf"].as_array().is_some_and(|all| !all.is_empty())
                    || !spec["const"].is_null();
                assert!(described, "{name}.{property} has no description");
            }
        }
    }
}

/// What is quoted from elsewhere keeps its names: EIP-712 types, EIP-5792 and Solidity.
#[test]
fn every_property_is_spelt_like_the_others() {
    for (name, schema) in DOCUMENT["components"]["schemas"].as_object().unwrap() {
        for property in properties(schema) {
            let is_camel_case = property.starts_with(|c: char| c.is_ascii_lowercase()) && property.chars().all(|c| c.is_ascii_alphanumeric());
            assert!(is_camel_case || property == "EIP712Domain", "{name}.{property}");
        }
    }
}

/// The names of all properties of a schema, however deep.
fn properties(schema: &Value) -> Vec<&str> {
    let own = schema["properties"].as_object().into_iter().flatten().flat_map(|(name, inner)| [vec![name.as_str()], properties(inner)].concat());
    let parts = ["allOf", "anyOf", "oneOf"].into_iter().flat_map(|key| schema[key].as_array().into_iter().flatten()).chain([&schema["items"]]);
    own.chain(parts.filter(|part| part.is_object()).flat_map(properties)).collect()
}

#[test]
fn a_body_is_required_unless_nothing_is_one_too() {
    for operation in operations().iter().filter(|operation| !operation.spec["requestBody"].is_null()) {
        let schema = crate::testing::document::resolve(&operation.spec["requestBody"]["content"]["application/json"]["schema"]);
        let needs_something =
            schema["required"].as_array().is_some_and(|fields| !fields.is_empty()) || schema["properties"].is_null() && schema["type"] != "object";
        assert_eq!(operation.spec["requestBody"]["required"], needs_something, "{}", operation.name());
    }
}

#[test]
fn every_operation_names_every_kind_of_problem_it_may_answer() {
    for operation in operations() {
        let answers = operation.spec["responses"].as_object().unwrap();
        let mut expected = vec!["401", "406", "429", "500", "503"];
        if operation.is_protected() {
            expected.push("403");
        }
        if !operation.parameters().is_empty() {
            expected.push("404");
        }
        if operation.is_write() {
            expected.extend(["400", "408", "413", "415", "422"]);
        }
        for status in expected {
            assert!(answers.contains_key(status), "{}: {status} is not documented", operation.name());
        }
        assert!(answers.keys().any(|status| status.starts_with('2')) || operation.path == "/api/agent/contracts/{contractId}", "{}", operation.name());
    }
}

#[test]
fn the_codes_of_problems_are_a_closed_list_in_the_document() {
    let codes = DOCUMENT["components"]["schemas"]["Code"]["enum"].as_array().unwrap();
    let expected: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(codes.iter().map(|code| code.as_str().unwrap()).collect::<Vec<_>>(), expected);
}

#[test]
fn every_code_is_one_that_some_operation_may_answer() {
    let described: String =
        operations().iter().flat_map(|operation| operation.spec["responses"].as_object().unwrap().values()).map(|r| r["description"].to_string()).collect();
    // A wrong method is no operation, and so is not described by one.
    for code in Code::ALL.iter().filter(|code| **code != Code::MethodNotAllowed) {
        assert!(described.contains(&format!("`{}`", code.as_str())), "no operation answers {}", code.as_str());
    }
}
