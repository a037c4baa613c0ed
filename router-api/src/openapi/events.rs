//! The section `webhooks` of the document: every type of event with its data, as `settlement::fact` has it.

use serde_json::{Value, json};
use settlement::fact::{Fact, Form};
use settlement::notice::NoticeType;
use utoipa::openapi::path::{HttpMethod, OperationBuilder, PathItem, Paths, PathsBuilder};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{AllOfBuilder, Array, ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Required, ResponseBuilder};

use crate::view::event::API_VERSION;

/// The section.
pub(super) fn section() -> Paths {
    NoticeType::ALL.iter().fold(PathsBuilder::new(), |paths, kind| paths.path(kind.as_str(), item(*kind))).build()
}

fn item(kind: NoticeType) -> PathItem {
    let example = example(kind);
    let content = ContentBuilder::new().schema(Some(schema(kind))).example(Some(example)).build();
    let body = RequestBodyBuilder::new().content("application/json", content).required(Some(Required::True)).build();
    let taken =
        ResponseBuilder::new().description("Any answer of 2xx within 15 seconds: it is taken. Everything else is tried again, and 410 ends the endpoint.");
    let operation = OperationBuilder::new()
        .operation_id(Some(format!("webhook_{}", kind.as_str().replace('.', "_"))))
        .summary(Some(kind.about()))
        .description(Some(
            "Verify `webhook-signature` over the raw body before anything else (Standard Webhooks 1.0), and take each `webhook-id` once. `sequence` has the order.",
        ))
        .tag("events")
        .request_body(Some(body))
        .response("2XX", taken.build());
    PathItem::new(HttpMethod::Post, operation)
}

/// The message, whose `type` and `data` are those of the type.
fn schema(kind: NoticeType) -> RefOr<Schema> {
    let with = |object: ObjectBuilder, fact: &Fact| object.property(fact.name, schema_of(fact));
    let data = kind.facts().chain(kind.more_facts()).fold(ObjectBuilder::new().schema_type(Type::Object), with);
    let data = kind.facts().fold(data, |object, fact| object.required(fact.name)).description(Some(kind.about()));
    let own = ObjectBuilder::new()
        .schema_type(Type::Object)
        .property("type", ObjectBuilder::new().schema_type(Type::String).enum_values(Some([kind.as_str()])).description(Some("The type.")))
        .property("data", data);
    RefOr::T(Schema::AllOf(AllOfBuilder::new().item(Ref::from_schema_name("WebhookMessage")).item(own.build()).build()))
}

fn schema_of(fact: &Fact) -> RefOr<Schema> {
    let object = |types: SchemaType| ObjectBuilder::new().schema_type(types).description(Some(fact.about));
    let or_null = |of: Type| SchemaType::Array(vec![of, Type::Null]);
    match fact.form {
        Form::Text => object(Type::String.into()).into(),
        Form::OptionalText => object(or_null(Type::String)).into(),
        Form::Number => object(Type::Integer.into()).into(),
        Form::OptionalNumber => object(or_null(Type::Integer)).into(),
        Form::Issues => issues(fact.about).into(),
        Form::Texts => ArrayBuilder::new().items(ObjectBuilder::new().schema_type(Type::String)).description(Some(fact.about)).into(),
        Form::RefundRequest => Ref::from_schema_name("CreateRefundRequest").into(),
    }
}

fn issues(about: &str) -> Array {
    let text = |about: &'static str| ObjectBuilder::new().schema_type(Type::String).description(Some(about));
    let issue = ObjectBuilder::new()
        .schema_type(Type::Object)
        .property("check", text("What was compared."))
        .property("expected", text("What was asked for."))
        .property("found", text("What is there."));
    let issue = ["check", "expected", "found"].into_iter().fold(issue, ObjectBuilder::required);
    ArrayBuilder::new().items(issue).description(Some(about.to_owned())).build()
}

/// A message of the type.
fn example(kind: NoticeType) -> Value {
    json!({
        "id": "evt_01ARZ3NDEKTSV4RRFFQ69G5FAV", "sequence": 42, "type": kind.as_str(), "timestamp": "2026-01-31T12:00:00.000Z", "data": kind.example(),
        "apiVersion": API_VERSION,
    })
}

#[cfg(test)]
mod tests {
    use settlement::notice::NoticeType;

    use crate::testing::document::{DOCUMENT, assert_valid};

    #[test]
    fn every_type_of_event_is_a_webhook_with_a_valid_example_and_data_of_its_own() {
        let section = DOCUMENT["webhooks"].as_object().unwrap();
        assert_eq!(section.len(), NoticeType::ALL.len());
        for kind in NoticeType::ALL {
            let operation = &section[kind.as_str()]["post"];
            let content = &operation["requestBody"]["content"]["application/json"];
            assert_valid(kind.as_str(), &content["example"], &format!("/webhooks/{kind}/post/requestBody/content/application~1json/schema"));
            assert_eq!(content["example"]["type"], kind.as_str());
            assert!(!operation["summary"].as_str().unwrap().is_empty());
        }
    }
}
