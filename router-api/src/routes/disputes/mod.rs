//! Disputes about what was paid for.

pub mod list;
pub mod open;
pub mod resolve;
pub mod respond;
pub mod show;
#[cfg(test)]
mod tests;
pub mod withdraw;

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};
use settlement::NotAllowed;
use settlement::audit::AuditAction;
use settlement::dispute::Dispute;
use settlement::ids::DisputeId;
use settlement::next_action::DisputeFacts;
use settlement::notice::NoticeType;

use crate::extract::{Effect, Participant};
use crate::known::Known;
use crate::outbox::announce;
use crate::problem::{Code, Problem};
use crate::state::Api;
use crate::view::dispute::{DisputeBody, DisputeView};

/// Shortest text that says something, in characters.
const MIN_TEXT: usize = 10;
/// Longest text, in characters: a page or two; more belongs behind a URL.
const MAX_TEXT: usize = 5_000;
/// Longest note about how a dispute is to end, in characters.
const MAX_NOTE: usize = 2_000;

/// A dispute that is about to change, with the lock on its agreement.
struct Changing {
    known: Known,
    dispute: Dispute,
}

impl Changing {
    /// Reads it, if it is what the caller saw.
    async fn read<A>(effect: &mut Effect, participant: &Participant<A>, id: &DisputeId, expected_version: u32) -> Result<Self, Problem> {
        let known = Known::within(&mut effect.tx, &participant.agreement.id, &participant.setting).await?;
        let dispute = effect.tx.dispute(id).await?.ok_or_else(Problem::not_found)?;
        if dispute.version != expected_version {
            return Err(Problem::new(Code::Stale, "the dispute has changed since then")
                .with("currentVersion", dispute.version)
                .with("currentStatus", dispute.state.name())
                .with("disputeId", id.as_str()));
        }
        Ok(Self { known, dispute })
    }

    /// Stores what came of it, tells the parties, and answers. Where nothing came of it, nobody is told.
    async fn commit<A>(
        mut self,
        api: &Api,
        mut effect: Effect,
        participant: &Participant<A>,
        (changed, kind): (Result<Dispute, NotAllowed>, NoticeType),
    ) -> Result<Response, Problem> {
        let changed = changed.map_err(|refusal| not_allowed(refusal, &self.dispute))?;
        if changed == self.dispute {
            return effect.commit(StatusCode::OK, &DisputeBody { dispute: view(&self.known, &changed, participant) }).await;
        }
        effect.tx.update_dispute(&changed).await?;
        let data = about(&changed, participant);
        effect.tx.audit(participant.caller.author().did(AuditAction::DisputeChanged, &changed.id, changed.updated_at).with(data.clone()));
        announce(api, &mut effect.tx, kind, &self.known.agreement, data);
        // What stands open has changed with it.
        self.known.reread(&mut effect.tx).await?;
        let view = view(&self.known, &changed, participant);
        effect.commit(StatusCode::OK, &DisputeBody { dispute: view }).await
    }
}

fn view<A>(known: &Known, dispute: &Dispute, participant: &Participant<A>) -> DisputeView {
    DisputeView::new(&DisputeFacts { contract: &known.facts(), dispute }, participant.actor)
}

/// What is told: no texts, which whoever may read the dispute reads there.
fn about<A>(dispute: &Dispute, participant: &Participant<A>) -> Value {
    json!({
        "contractId": dispute.agreement.as_str(), "disputeId": dispute.id.as_str(), "status": dispute.state.name(), "by": participant.actor.name(),
        "version": dispute.version,
    })
}

fn not_allowed(refusal: NotAllowed, dispute: &Dispute) -> Problem {
    Problem::new(Code::NotAllowed, refusal.to_string())
        .with("currentStatus", refusal.from)
        .with("currentVersion", dispute.version)
        .with("disputeId", dispute.id.as_str())
}

/// For the document.
fn example() -> Value {
    json!({
        "id": "dsp_01ARZ3NDEKTSV4RRFFQ69G5FAV", "contractId": "agr_01ARZ3NDEKTSV4RRFFQ69G5FAV", "status": "open", "openedBy": "buyer",
        "reason": "Chapter three is missing.", "evidenceUrl": null, "notes": null, "answer": null, "resolution": null, "recommendation": null, "endedAt": null,
        "version": 1, "actorRole": "buyer", "recommendedAction": { "code": "wait_for_seller", "label": "Wait for the seller" }, "availableActions": [],
        "createdAt": "2026-01-31T12:00:00.000Z", "updatedAt": "2026-01-31T12:00:00.000Z",
    })
}
