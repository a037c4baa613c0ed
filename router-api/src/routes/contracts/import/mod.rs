//! POST `/api/agent/contracts/import`.

mod draft;
pub mod terms;
pub mod typed_data;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use settlement::agreement::{AgreementRecord, Consent};
use settlement::audit::AuditAction;
use settlement::ids::{MilestoneId, ProfileId};
use settlement::milestone::{Milestone, MilestoneState, Part, Plan, Side};
use settlement::next_action::Actor;
use settlement::notice::NoticeType;
use store::{Conflict, StoreError, Tx};
use utoipa::ToSchema;

use self::draft::Draft;
use self::terms::TermsSchema;
use crate::extract::wire::{AccountAddress, Hash32, HexBytes};
use crate::extract::{AgreementImport, Caller, Prepare, PreparedWrite};
use crate::known::Known;
use crate::outbox::announce;
use crate::problem::{Code, PROBLEM_JSON, Problem, ProblemBody};
use crate::state::Api;
use crate::view::agreement::ContractBody;

/// What was agreed, by whom, and how both sides' consent is shown.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!(super::example_import()))]
pub struct ImportContract {
    /// The caller's own reference, unique among its imports: 1 to 200 characters.
    #[schema(min_length = 1, max_length = 200)]
    external_ref: String,
    /// Who pays.
    buyer: PartyBody,
    /// Who is paid.
    seller: PartyBody,
    /// What was agreed.
    #[schema(value_type = TermsSchema)]
    terms: Value,
    /// How consent is shown.
    consent: ConsentBody,
}

/// A party, by profile or by wallet. A profile stands for its wallet when it has exactly one.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ImportParty)]
pub struct PartyBody {
    /// `prof_…`
    profile_id: Option<String>,
    /// The wallet that consents.
    wallet: Option<AccountAddress>,
}

/// How both sides' consent is shown.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = ImportConsent)]
pub enum ConsentBody {
    /// Both wallets signed the EIP-712 data that `contracts/import/typed-data` answers: 65 bytes of a key wallet, or what a contract wallet accepts (ERC-1271).
    #[serde(rename_all = "camelCase")]
    Signatures {
        /// The 32 bytes that were signed along.
        salt: Hash32,
        /// The buyer's signature.
        buyer_signature: HexBytes,
        /// The seller's signature.
        seller_signature: HexBytes,
    },
    /// The importing marketplace says so; needs the scope `contracts:import`.
    Attested {},
}

impl Prepare for ImportContract {
    type Prepared = Result<Draft, Problem>;

    /// Asks contract wallets, where there are any, before a transaction is open.
    async fn prepare(&self, api: &Api, _caller: &ProfileId) -> Self::Prepared {
        Draft::new(api, self).await
    }
}

/// Import an agreement.
///
/// Terms are kept to the byte and never change. Sending the same `externalRef` with the same terms and parties again answers the agreement that exists
/// (200); with others it is `external_ref_taken`. With signatures, the caller is one of the two parties or has `contracts:import`, and a wallet that no
/// profile has gets one: its signature proves who controls it (where sign-in is closed, only if the caller has `contracts:import`). Attested consent always needs `contracts:import`. Terms with `milestones` are a final plan
/// from the start: their amounts add up to the amount of the terms. Without `contracts:import` a profile imports only so many a day (429, `limit`: `imports`).
#[utoipa::path(
    post,
    path = "/api/agent/contracts/import",
    tag = "contracts",
    security(("bearer" = ["contracts:write"]), ("bearer" = ["contracts:import"])),
    request_body = ImportContract,
    responses(
        (status = 201, description = "The agreement.", body = ContractBody, example = json!({ "contract": super::example() })),
        (status = 200, description = "It was imported before.", body = ContractBody, example = json!({ "contract": super::example() })),
        (status = 403, description = "A party has no profile, and the instance makes none for this token (`sign_in_closed`).", body = ProblemBody, content_type = PROBLEM_JSON),
        (status = 409, description = "Another agreement has this reference (`external_ref_taken`), or these signatures (`consent_used`).", body = ProblemBody, content_type = PROBLEM_JSON),
    )
)]
pub async fn import_contract(
    State(api): State<Arc<Api>>,
    caller: Caller<AgreementImport>,
    PreparedWrite(_body, draft, mut effect): PreparedWrite<ImportContract>,
) -> Result<Response, Problem> {
    let draft = draft?;
    draft.authorise(&api, &caller)?;
    if let Some(existing) = effect.tx.agreement_by_ref(&caller.profile, &draft.external_ref).await? {
        let known = Known::within(&mut effect.tx, &draft.same_as(existing)?.id, &draft.setting).await?;
        let contract = super::view_within(&mut effect.tx, &known, actor(&known.agreement, &caller.profile)).await?;
        return effect.commit(StatusCode::OK, &ContractBody { contract }).await;
    }
    Draft::check_quota(&api, &mut effect.tx, &caller).await?;
    let agreement = draft.store(&api, &mut effect.tx, &caller).await?;
    match effect.tx.insert_agreement(&agreement).await {
        Err(StoreError::Conflict(Conflict::Duplicate("external_ref"))) => {
            effect.abandon().await;
            return raced(&api, &draft, &caller.profile).await;
        }
        Err(StoreError::Conflict(Conflict::Duplicate("consent"))) => return Err(consent_used(&mut effect.tx, &agreement).await?),
        inserted => inserted?,
    }
    store_plan(&api, &mut effect.tx, &agreement).await?;
    let data = json!({ "contractId": agreement.id.as_str(), "externalRef": agreement.external_ref, "termsHash": agreement.terms.hash().to_string() });
    effect.tx.audit(caller.author().did(AuditAction::ContractImported, &agreement.id, agreement.created_at).with(data.clone()));
    announce(&api, &mut effect.tx, NoticeType::ContractImported, &agreement, data);
    let known = Known::within(&mut effect.tx, &agreement.id, &draft.setting).await?;
    let contract = super::view_within(&mut effect.tx, &known, actor(&agreement, &caller.profile)).await?;
    effect.commit(StatusCode::CREATED, &ContractBody { contract }).await
}

/// Milestones of the terms are a final plan from the start: both parties have consented to them with the rest.
async fn store_plan(api: &Api, tx: &mut Tx, agreement: &AgreementRecord) -> Result<(), Problem> {
    let now = agreement.created_at;
    let milestone = |(part, position): (&Part, u32)| Milestone {
        id: MilestoneId::new(api.ids.ulid()),
        agreement: agreement.id.clone(),
        position,
        added_by: Side::Buyer,
        part: part.clone(),
        state: MilestoneState::Active,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let plan = Plan::signed(agreement.terms.milestones.iter().zip(1..).map(milestone).collect(), now);
    if plan.version > 0 {
        tx.set_plan(&agreement.id, &Plan::default(), &plan).await?;
    }
    for milestone in &plan.milestones {
        tx.insert_milestone(milestone).await?;
    }
    Ok(())
}

/// The same import was committed between our look and our insert: the answer is that one.
async fn raced(api: &Api, draft: &Draft, importer: &ProfileId) -> Result<Response, Problem> {
    let existing = api.store.agreement_by_ref(importer, &draft.external_ref).await?;
    let existing = draft.same_as(existing.ok_or_else(|| Problem::new(Code::Conflict, "another import came first; repeat this one"))?)?;
    let actor = actor(&existing, importer);
    let known = Known::read(api, existing, draft.setting.clone()).await?;
    Ok(Json(ContractBody { contract: super::view(api, &known, actor).await? }).into_response())
}

/// Signatures are consent to one agreement: whoever has them cannot make a second one of them.
async fn consent_used(tx: &mut Tx, agreement: &AgreementRecord) -> Result<Problem, Problem> {
    let problem = Problem::new(Code::ConsentUsed, "these signatures have made an agreement already; sign with another salt for another one");
    let Consent::Signatures { salt, .. } = &agreement.consent else { return Ok(problem) };
    let wallets = (agreement.buyer.wallet, agreement.seller.wallet);
    Ok(match tx.agreement_by_consent(agreement.terms.hash(), wallets, *salt).await? {
        Some(made) => problem.with("contractId", made.as_str()),
        None => problem,
    })
}

/// The importer's part: a party, or the marketplace.
fn actor(agreement: &AgreementRecord, importer: &ProfileId) -> Actor {
    match importer {
        id if *id == agreement.buyer.profile => Actor::Buyer,
        id if *id == agreement.seller.profile => Actor::Seller,
        _ => Actor::Operator,
    }
}

#[cfg(test)]
mod tests;
