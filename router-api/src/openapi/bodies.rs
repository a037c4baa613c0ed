//! What the document says of bodies beyond what their types say: that they are closed, and whether one has to be sent.

use std::collections::BTreeSet;

use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{AdditionalProperties, ArrayItems, Schema};
use utoipa::openapi::{Content, OpenApi, RefOr, Required};

/// Says of every object in a body that it takes no other members: nothing is ignored. Objects without members of their own are free.
pub(super) fn close(document: &mut OpenApi) {
    let OpenApi { paths, components, .. } = document;
    let operations = paths.paths.values().flat_map(|item| [&item.post, &item.patch, &item.put, &item.delete].into_iter().flatten());
    let bodies = operations.filter_map(|operation| match &operation.request_body {
        Some(RefOr::T(body)) => Some(body.content.values()),
        Some(RefOr::Ref(_)) | None => None,
    });
    let mut open: Vec<String> = bodies.flatten().filter_map(|content| Some(referred(schema_of(content)?)?.to_owned())).collect();
    let Some(components) = components else { return };
    let mut closed = BTreeSet::new();
    while let Some(name) = open.pop() {
        if let Some(schema) = components.schemas.get_mut(&name).filter(|_| closed.insert(name)) {
            close_schema(schema, &mut open);
        }
    }
}

fn schema_of(content: &RefOr<Content>) -> Option<&RefOr<Schema>> {
    match content {
        RefOr::T(content) => content.schema.as_ref(),
        RefOr::Ref(_) => None,
    }
}

fn referred(schema: &RefOr<Schema>) -> Option<&str> {
    match schema {
        RefOr::Ref(reference) => reference.ref_location.strip_prefix("#/components/schemas/"),
        RefOr::T(_) => None,
    }
}

/// Closes a schema and what is written out inside of it; what it refers to is left in `open`.
fn close_schema(schema: &mut RefOr<Schema>, open: &mut Vec<String>) {
    open.extend(referred(schema).map(str::to_owned));
    let RefOr::T(schema) = schema else { return };
    match schema {
        Schema::Object(object) => {
            if !object.properties.is_empty() {
                object.additional_properties.get_or_insert_with(|| Box::new(AdditionalProperties::FreeForm(false)));
            }
            object.properties.values_mut().for_each(|property| close_schema(property, open));
        }
        Schema::Array(array) => {
            if let ArrayItems::RefOrSchema(items) = &mut array.items {
                close_schema(items, open);
            }
        }
        Schema::OneOf(parts) => parts.items.iter_mut().for_each(|part| close_schema(part, open)),
        Schema::AnyOf(parts) => parts.items.iter_mut().for_each(|part| close_schema(part, open)),
        _ => {}
    }
}

/// The schemas that `{}` fits: an operation that takes one of them takes no body, too.
pub(super) fn without_required_fields(document: &OpenApi) -> BTreeSet<String> {
    let schemas = document.components.iter().flat_map(|components| &components.schemas);
    let fits_nothing = |schema: &RefOr<Schema>| matches!(schema, RefOr::T(Schema::Object(object)) if object.required.is_empty());
    schemas.filter(|(_, schema)| fits_nothing(schema)).map(|(name, _)| name.clone()).collect()
}

/// An operation whose fields are all optional takes no body, too.
pub(super) fn say_whether_required(operation: &mut Operation, optional: &BTreeSet<String>) {
    let Some(RefOr::T(body)) = &mut operation.request_body else { return };
    let is_optional = |content: &RefOr<Content>| schema_of(content).and_then(referred).is_some_and(|name| optional.contains(name));
    body.required = Some(if body.content.values().all(is_optional) { Required::False } else { Required::True });
}
