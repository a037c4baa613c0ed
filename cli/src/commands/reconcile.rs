//! `counterfoil reconcile`: whether chain, requests and ledger agree, as far as the database knows them.

use std::process::ExitCode;

use serde_json::json;
use store::Difference;

use super::Context;
use crate::failure::OrFix;
use crate::output::table;
use crate::services::open_current_store;

/// Most differences of a kind that are listed: whoever has more mends these first.
const MOST: u32 = 100;

pub(super) async fn run(context: &Context) -> anyhow::Result<ExitCode> {
    let config = context.config(Vec::new())?;
    let store = open_current_store(&config).await?;
    let mut found = Vec::new();
    for chain in config.chains.values() {
        found.extend(store.differences(chain.policy.chain_id, MOST).await.or_fix("the database cannot be compared", "try again")?);
    }
    store.close().await;
    let shown: Vec<_> = found.iter().map(to_json).collect();
    context.output.answer(&json!({ "differences": shown }), || describe(&found));
    Ok(if found.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn to_json(difference: &Difference) -> serde_json::Value {
    json!({
        "kind": difference.kind.name(), "chainId": difference.chain_id, "paymentRequestId": difference.request, "contractId": difference.agreement,
        "status": difference.status, "txHash": difference.tx_hash, "detail": difference.detail, "fix": difference.kind.fix(),
    })
}

fn describe(found: &[Difference]) -> String {
    if found.is_empty() {
        return "Chain, requests and ledger agree.".to_owned();
    }
    let row = |difference: &Difference| {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        vec![
            difference.kind.name().to_owned(),
            difference.chain_id.to_string(),
            text(&difference.request),
            text(&difference.tx_hash),
            difference.detail.clone(),
        ]
    };
    let rows = table(&["kind", "chain", "request", "transaction", "what differs"], found.iter().map(row));
    let mut kinds: Vec<_> = found.iter().map(|difference| difference.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let fixes: Vec<String> = kinds.iter().map(|kind| format!("to mend {}: {}", kind.name(), kind.fix())).collect();
    format!("{rows}\n\n{}", fixes.join("\n"))
}
