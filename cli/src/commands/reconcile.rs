//! `counterfoil reconcile`: whether chain, requests, refunds and ledger agree, as far as the database knows them.

use std::process::ExitCode;

use serde_json::json;
use store::{Comparison, Difference};

use super::Context;
use crate::failure::OrFix;
use crate::output::table;
use crate::services::open_current_store;

/// Most differences that are listed of each question: whoever has more mends these first.
const MOST: u32 = 100;

pub(super) async fn run(context: &Context) -> anyhow::Result<ExitCode> {
    let config = context.config(Vec::new())?;
    let store = open_current_store(&config).await?;
    let mut all = Comparison::default();
    // All of which anything is stored, whether they are configured or not.
    for chain_id in store.compared_chains().await.or_fix("the database cannot be compared", "try again")? {
        let found = store.differences(chain_id, MOST).await.or_fix("the database cannot be compared", "try again")?;
        all.differences.extend(found.differences);
        all.has_more |= found.has_more;
    }
    store.close().await;
    let shown: Vec<_> = all.differences.iter().map(to_json).collect();
    context.output.answer(&json!({ "differences": shown, "hasMore": all.has_more }), || describe(&all));
    Ok(if all.differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn to_json(difference: &Difference) -> serde_json::Value {
    json!({
        "kind": difference.kind.name(), "chainId": difference.chain_id, "paymentRequestId": difference.request,
        "refundRequestId": difference.refund, "contractId": difference.agreement,
        "status": difference.status, "txHash": difference.tx_hash, "detail": difference.detail, "fix": difference.kind.fix(),
    })
}

fn describe(all: &Comparison) -> String {
    let found = &all.differences;
    if found.is_empty() {
        return "Chain, requests, refunds and ledger agree.".to_owned();
    }
    let row = |difference: &Difference| {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        vec![
            difference.kind.name().to_owned(),
            difference.chain_id.to_string(),
            difference.refund.clone().unwrap_or_else(|| text(&difference.request)),
            text(&difference.tx_hash),
            difference.detail.clone(),
        ]
    };
    let rows = table(&["kind", "chain", "request", "transaction", "what differs"], found.iter().map(row));
    let mut kinds: Vec<_> = found.iter().map(|difference| difference.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let fixes: Vec<String> = kinds.iter().map(|kind| format!("to mend {}: {}", kind.name(), kind.fix())).collect();
    let more = if all.has_more { "\n\nThere are more than these: mend them, then ask again." } else { "" };
    format!("{rows}\n\n{}{more}", fixes.join("\n"))
}
