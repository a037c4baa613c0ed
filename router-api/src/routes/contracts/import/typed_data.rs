//! POST `/api/agent/contracts/import/typed-data`.

use std::collections::BTreeMap;
use std::sync::Arc;

use alloy_primitives::B256;
use alloy_sol_types::SolStruct;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use settlement::agreement::{AgreementTypedData, agreement_digest, agreement_domain, agreement_typed_data};
use utoipa::ToSchema;

use super::terms::TermsSchema;
use super::{PartyBody, draft, terms};
use crate::extract::wire::Hash32;
use crate::extract::{AgreementImport, Caller, JsonBody};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::typed_data::{DomainView, FieldView, types_of};

/// An import without the signatures.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!(super::super::example_typed_data_request()))]
pub struct TypedDataRequest {
    /// Taken so that an import can be sent as it is; it is not signed.
    #[expect(dead_code, reason = "accepted and not needed: the reference is the importer's, the signatures are both sides'")]
    external_ref: Option<String>,
    /// Who pays.
    buyer: PartyBody,
    /// Who is paid.
    seller: PartyBody,
    /// What was agreed.
    #[schema(value_type = TermsSchema)]
    terms: Value,
    /// 32 bytes that make this consent a new one; a fresh value when absent.
    salt: Option<Hash32>,
}

/// What both wallets sign.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TypedDataBody {
    /// For `eth_signTypedData_v4`: the same for both wallets.
    typed_data: AgreementTypedDataView,
    /// Its EIP-712 digest.
    digest: String,
    /// keccak256 of the canonical terms.
    terms_hash: String,
    /// The canonical terms (RFC 8785): the bytes that were hashed.
    canonical_terms: String,
    /// The salt; send it with the signatures.
    salt: String,
}

/// EIP-712 typed data.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AgreementTypedData)]
pub struct AgreementTypedDataView {
    /// `EIP712Domain` and `Agreement`, with their fields in order.
    types: BTreeMap<&'static str, Vec<FieldView>>,
    /// `Counterfoil`, version `1`, the chain of the asset.
    domain: DomainView,
    /// `Agreement`
    primary_type: &'static str,
    /// What is signed.
    message: MessageView,
}

/// The message.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AgreementMessage)]
pub struct MessageView {
    /// keccak256 of the canonical terms.
    terms_hash: String,
    /// The buyer's wallet.
    buyer: String,
    /// The seller's wallet.
    seller: String,
    /// CAIP-19.
    asset: String,
    /// What the seller receives, atomic units, decimal.
    amount: String,
    /// Zero where there is none.
    evaluator: String,
    /// The salt.
    salt: String,
}

/// What both wallets sign to consent to an agreement.
///
/// Changes nothing. Everything that an import checks before it looks at signatures is checked here, so what is signed can be imported.
#[utoipa::path(
    post,
    path = "/api/agent/contracts/import/typed-data",
    tag = "contracts",
    security(("bearer" = ["contracts:write"]), ("bearer" = ["contracts:import"])),
    request_body = TypedDataRequest,
    responses((status = 200, description = "The typed data.", body = TypedDataBody, example = json!(super::super::example_typed_data())))
)]
pub async fn agreement_typed_data_for_import(
    State(api): State<Arc<Api>>,
    _caller: Caller<AgreementImport>,
    JsonBody(body): JsonBody<TypedDataRequest>,
) -> Result<Json<TypedDataBody>, Problem> {
    let terms = terms::parse(&body.terms)?;
    let chain = draft::chain_of(&api, &terms).await?;
    let (buyer, seller) = (draft::side(&api, chain.chain_id, "buyer", &body.buyer).await?, draft::side(&api, chain.chain_id, "seller", &body.seller).await?);
    draft::check(&terms, &buyer, &seller, &chain)?;
    let salt = body.salt.map_or_else(|| B256::from(api.ids.secret()), |salt| salt.0);
    Ok(Json(TypedDataBody {
        typed_data: AgreementTypedDataView::new(&agreement_typed_data(&terms, buyer.wallet, seller.wallet, salt), chain.chain_id),
        digest: agreement_digest(&terms, buyer.wallet, seller.wallet, salt).to_string(),
        terms_hash: terms.hash().to_string(),
        canonical_terms: terms.canonical().to_owned(),
        salt: salt.to_string(),
    }))
}

impl AgreementTypedDataView {
    fn new(data: &AgreementTypedData, chain_id: u64) -> Self {
        Self {
            types: types_of::<AgreementTypedData>(&agreement_domain(chain_id)),
            domain: DomainView::new(&agreement_domain(chain_id), chain_id),
            primary_type: AgreementTypedData::NAME,
            message: MessageView {
                terms_hash: data.termsHash.to_string(),
                buyer: data.buyer.to_string(),
                seller: data.seller.to_string(),
                asset: data.asset.clone(),
                amount: data.amount.to_string(),
                evaluator: data.evaluator.to_string(),
                salt: data.salt.to_string(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use alloy_dyn_abi::TypedData;
    use serde_json::json;

    use crate::testing::{TestApp, terms};

    const PATH: &str = "/api/agent/contracts/import/typed-data";

    #[tokio::test]
    async fn any_eip712_library_hashes_it_to_the_digest_that_is_checked() {
        let app = TestApp::new().await;
        let body = json!({ "buyer": { "wallet": app.buyer.wallet.address().to_string() }, "seller": { "profileId": app.seller.profile.as_str() },
            "terms": terms(app.seeded.asset, app.seller.wallet.address()) });
        let answer = app.post(PATH).bearer(&app.buyer).json(body.clone()).send().await.expect(200);
        let typed: TypedData = serde_json::from_value(answer["typedData"].clone()).unwrap();
        assert_eq!(typed.eip712_signing_hash().unwrap().to_string(), answer["digest"]);
        assert_eq!(alloy_primitives::keccak256(answer["canonicalTerms"].as_str().unwrap()).to_string(), answer["termsHash"]);
        let other = app.post(PATH).bearer(&app.buyer).json(body).send().await.expect(200);
        assert_ne!(answer["salt"], other["salt"], "every consent is a new one unless the caller says otherwise");
    }

    #[tokio::test]
    async fn what_could_not_be_imported_is_not_offered_for_signing() {
        let app = TestApp::new().await;
        let party = |wallet: String| json!({ "wallet": wallet });
        let (buyer, seller) = (app.buyer.wallet.address().to_string(), app.seller.wallet.address().to_string());
        let good = terms(app.seeded.asset, app.seller.wallet.address());
        let same = json!({ "buyer": party(seller.clone()), "seller": party(seller.clone()), "terms": good });
        app.post(PATH).bearer(&app.buyer).json(same).send().await.problem(422, "parties_refused");
        let mut zero = good.clone();
        zero["amountAtomic"] = json!("0");
        let refused = json!({ "buyer": party(buyer), "seller": party(seller), "terms": zero });
        app.post(PATH).bearer(&app.buyer).json(refused).send().await.problem(422, "invalid_amount");
    }
}
