//! What every id in the document looks like, by the name under which it stands: a prefix that says what it names, and a ULID in its one spelling.

use utoipa::openapi::path::PathItem;
use utoipa::openapi::schema::SchemaType;
use utoipa::openapi::schema::{Object, Schema, Type};
use utoipa::openapi::{OpenApi, RefOr};

/// 26 characters of Crockford base 32, of which the first holds two bits less.
const ULID: &str = "[0-7][0-9A-HJKMNP-TV-Z]{25}";

/// Parameters and members with one name everywhere, and what their ids start with.
const NAMED: &[(&str, &str)] = &[
    ("approvedDeliveryPackageId", "sub_"),
    ("contractId", "agr_"),
    ("deliveryId", "del_"),
    ("disputeId", "dsp_"),
    ("eligibleProfileId", "prof_"),
    ("eventId", "evt_"),
    ("invoiceId", "inv_agr_"),
    ("linkId", "rl_"),
    ("milestoneId", "ms_"),
    ("paymentRequestId", "pr_"),
    ("payoutChangeId", "poc_"),
    ("payoutMethodId", "pm_"),
    ("profileId", "prof_"),
    ("receiptId", "rcpt_pr_"),
    ("refundRequestId", "rf_"),
    ("submissionId", "sub_"),
    ("tokenId", "key_"),
    ("unitId", "unit_"),
    ("webhookId", "we_"),
];

/// Whose member `id` is what.
const OWN: &[(&str, &str)] = &[
    ("Contract", "agr_"),
    ("ContractParty", "prof_"),
    ("CurrentDelivery", "sub_"),
    ("EventView", "evt_"),
    ("Invoice", "inv_agr_"),
    ("ManagedProfile", "prof_"),
    ("ManagedToken", "key_"),
    ("Milestone", "ms_"),
    ("MilestoneDelivery", "sub_"),
    ("PaymentRequestSummary", "pr_"),
    ("PaymentUnit", "unit_"),
    ("PayoutMethodView", "pm_"),
    ("ProfileView", "prof_"),
    ("ProofIssueRequest", "pr_"),
    ("Receipt", "rcpt_pr_"),
    ("RefundRequest", "rf_"),
    ("Submission", "sub_"),
    ("TokenView", "key_"),
];

/// A settlement is asked for under any of its names.
const SETTLEMENT: (&str, &str) = ("settlementId", "^(0x[0-9a-fA-F]{64}|(pr|rf)_[0-7][0-9A-HJKMNP-TV-Z]{25})$");

/// Gives every id its pattern.
pub(super) fn describe(document: &mut OpenApi) {
    let OpenApi { paths, components, .. } = document;
    paths.paths.values_mut().for_each(parameters);
    for (name, schema) in components.iter_mut().flat_map(|components| &mut components.schemas) {
        members(schema, OWN.iter().find(|(owner, _)| owner == name).map(|(_, prefix)| *prefix));
    }
}

fn parameters(item: &mut PathItem) {
    let operations = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete].into_iter().flatten();
    for parameter in operations.flat_map(|operation| operation.parameters.iter_mut().flatten()) {
        let RefOr::T(parameter) = parameter else { continue };
        let pattern = match pattern(&parameter.name) {
            None if parameter.name == SETTLEMENT.0 => Some(SETTLEMENT.1.to_owned()),
            known => known,
        };
        if let (Some(pattern), Some(schema)) = (pattern, &mut parameter.schema) {
            text(schema, pattern);
        }
    }
}

/// The members of a schema and of its parts.
fn members(schema: &mut RefOr<Schema>, own: Option<&str>) {
    let RefOr::T(schema) = schema else { return };
    match schema {
        Schema::Object(object) => {
            for (name, member) in &mut object.properties {
                let of_this = || own.filter(|_| name == "id").map(of);
                if let Some(pattern) = pattern(name).or_else(of_this) {
                    text(member, pattern);
                }
                members(member, None);
            }
        }
        Schema::AllOf(parts) => parts.items.iter_mut().for_each(|part| members(part, own)),
        Schema::OneOf(parts) => parts.items.iter_mut().for_each(|part| members(part, own)),
        Schema::AnyOf(parts) => parts.items.iter_mut().for_each(|part| members(part, own)),
        _ => {}
    }
}

fn pattern(name: &str) -> Option<String> {
    NAMED.iter().find(|(named, _)| *named == name).map(|(_, prefix)| of(prefix))
}

fn of(prefix: &str) -> String {
    format!("^{prefix}{ULID}$")
}

/// Only text, or text that may be null, has a spelling.
fn text(schema: &mut RefOr<Schema>, pattern: String) {
    if let RefOr::T(Schema::Object(object)) = schema
        && is_text(object)
    {
        object.pattern.get_or_insert(pattern);
    }
}

fn is_text(object: &Object) -> bool {
    match &object.schema_type {
        SchemaType::Type(of) => *of == Type::String,
        SchemaType::Array(all) => all.contains(&Type::String),
        SchemaType::AnyValue => false,
    }
}

#[cfg(test)]
mod tests {
    use boon::{Compiler, Schemas};
    use serde_json::{Value, json};
    use settlement::ids::{
        AgreementId, DeliveryId, EndpointId, EventId, MilestoneId, PaymentRequestId, PayoutMethodId, ProfileId, RefundId, SubmissionId, TokenId, UnitId,
        agreement_of_invoice, request_of_receipt,
    };

    use super::*;
    use crate::testing::document::{DOCUMENT, operations};

    type Parses = fn(&str) -> bool;

    fn admits(pattern: &str, text: &str) -> bool {
        let (mut compiler, mut schemas) = (Compiler::new(), Schemas::new());
        compiler.add_resource("https://pay.example/pattern.json", json!({ "pattern": pattern })).unwrap();
        let schema = compiler.compile("https://pay.example/pattern.json", &mut schemas).unwrap();
        schemas.validate(&json!(text), schema).is_ok()
    }

    #[test]
    fn the_patterns_admit_what_the_ids_do() {
        let parses: [(&str, Parses); 14] = [
            ("contractId", |text| text.parse::<AgreementId>().is_ok()),
            ("deliveryId", |text| text.parse::<DeliveryId>().is_ok()),
            ("eventId", |text| text.parse::<EventId>().is_ok()),
            ("invoiceId", |text| agreement_of_invoice(text).is_ok()),
            ("milestoneId", |text| text.parse::<MilestoneId>().is_ok()),
            ("paymentRequestId", |text| text.parse::<PaymentRequestId>().is_ok()),
            ("payoutMethodId", |text| text.parse::<PayoutMethodId>().is_ok()),
            ("profileId", |text| text.parse::<ProfileId>().is_ok()),
            ("receiptId", |text| request_of_receipt(text).is_ok()),
            ("refundRequestId", |text| text.parse::<RefundId>().is_ok()),
            ("submissionId", |text| text.parse::<SubmissionId>().is_ok()),
            ("tokenId", |text| text.parse::<TokenId>().is_ok()),
            ("unitId", |text| text.parse::<UnitId>().is_ok()),
            ("webhookId", |text| text.parse::<EndpointId>().is_ok()),
        ];
        let ulids = [
            "01KAJPTR000000000000000001",
            "7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
            "8ZZZZZZZZZZZZZZZZZZZZZZZZZ",
            "01kajptr000000000000000001",
            "01KAJPTR00000000000000000I",
            "01KAJPTR00000000000000000U",
            "01KAJPTR00000000000000001",
            "01KAJPTR0000000000000000011",
            "",
        ];
        for (name, parse) in parses {
            let (_, prefix) = NAMED.iter().find(|(named, _)| *named == name).unwrap();
            let texts = ulids.map(|ulid| format!("{prefix}{ulid}"));
            assert_eq!(texts.iter().filter(|text| parse(text)).count(), 2, "{name}");
            for text in texts.iter().map(String::as_str).chain(["x", "agr_01KAJPTR000000000000000001\n", "AGR_01KAJPTR000000000000000001"]) {
                assert_eq!(admits(&pattern(name).unwrap(), text), parse(text), "{name}: {text:?}");
            }
        }
    }

    /// Of what a caller sends: a parameter or a member of a body that is an id says how it is spelt.
    #[test]
    fn every_id_that_is_sent_has_its_pattern() {
        let is_id = |name: &str| name.ends_with("Id") && name != "operationId";
        let mut seen = 0;
        for operation in operations() {
            let parameters = operation.spec["parameters"].as_array().into_iter().flatten();
            for parameter in parameters.filter(|p| is_id(p["name"].as_str().unwrap()) && p["schema"]["type"] != "integer") {
                assert!(parameter["schema"]["pattern"].is_string(), "{}: {}", operation.name(), parameter["name"]);
                seen += 1;
            }
        }
        assert!(seen > 20, "{seen}");
        for (name, schema) in DOCUMENT["components"]["schemas"].as_object().unwrap() {
            for (member, spec) in schema["properties"].as_object().into_iter().flatten().filter(|(member, _)| is_id(member)) {
                let is_text = spec["type"] == "string" || spec["type"].as_array().is_some_and(|all| all.contains(&Value::from("string")));
                // Assets have their own form, `requestId` is a hash, and a wallet's chain is what EIP-5792 says.
                let other = ["assetId", "requestId", "chainId"].contains(&member.as_str());
                assert!(!is_text || other || spec["pattern"].is_string(), "{name}.{member} has no pattern");
            }
        }
    }
}
