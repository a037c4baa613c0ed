//! The agreements of a profile, a page at a time.
//!
//! A profile has a part in an agreement in several ways. Each of them is an index of its own, in the order of the list, so a page reads as many rows of each as it
//! shows, however long the history is; one condition over all of them would sort the whole history for every page.

use settlement::agreement::AgreementRecord;
use settlement::ids::ProfileId;
use settlement::wallet::WalletProof;
use sqlx::AssertSqlSafe;

use super::agreement;
use crate::error::StoreError;
use crate::page::PageKey;
use crate::profile::find_wallets;
use crate::row::lower;
use crate::{Store, payout_change};

/// The part that a profile has in an agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It pays.
    Buyer,
    /// It is paid.
    Seller,
    /// One of its wallets judges the work.
    Evaluator,
}

/// Which agreements of a profile to list.
#[derive(Clone, Debug)]
pub struct AgreementFilter {
    /// Whose.
    pub profile: ProfileId,
    /// In which part; any, or none but that it was imported, when absent.
    pub role: Option<Role>,
    /// In which status; any when absent.
    pub status: Option<String>,
    /// Where the page before ended.
    pub after: Option<PageKey>,
    /// Most rows.
    pub limit: u32,
}

/// What is bound before profile, status and wallets: the key of the page before, and the most rows.
const BOUND: usize = 3;

/// Lists agreements after the key `$1`, `$2`, at most `$3`. From `$4` on are bound: the profile, where a part is its own, the status where one is asked for, and
/// the addresses of wallets where one of them may be the evaluator: a contract is one on its chain only.
pub(crate) fn list_sql(role: Option<Role>, has_status: bool, wallets: &[WalletProof]) -> String {
    let mut bound = BOUND;
    let mut next = |column: &str| {
        bound += 1;
        format!("{column} = ${bound}")
    };
    let mut parts: Vec<String> = match role {
        Some(Role::Buyer) => vec![next("buyer_id")],
        Some(Role::Seller) => vec![next("seller_id")],
        Some(Role::Evaluator) => Vec::new(),
        None => {
            let own = next("");
            ["buyer_id", "seller_id", "importer_id"].map(|column| format!("{column}{own}")).into()
        }
    };
    let status = if has_status { format!("AND {} ", next("status")) } else { String::new() };
    parts.extend(wallets.iter().map(|proof| match proof {
        WalletProof::Key => next("evaluator"),
        WalletProof::Contract { chain_id } => format!("{} AND chain_id = {chain_id}", next("evaluator")),
    }));
    let keys = parts.iter().enumerate().map(|(n, part)| {
        format!(
            "SELECT id FROM (SELECT id FROM agreements WHERE {part} {status}AND (created_at, id) < ($1, $2) ORDER BY created_at DESC, id DESC LIMIT $3) AS part{n}"
        )
    });
    let keys = keys.collect::<Vec<_>>().join(" UNION ");
    format!("SELECT * FROM agreements WHERE id IN ({keys}) ORDER BY created_at DESC, id DESC LIMIT $3")
}

impl Store {
    /// The agreements that a profile has a part in or has imported, newest first.
    pub async fn agreements(&self, filter: &AgreementFilter) -> Result<Vec<AgreementRecord>, StoreError> {
        let mut connection = self.read().await?;
        let mut wallets = match filter.role {
            Some(Role::Buyer | Role::Seller) => Vec::new(),
            Some(Role::Evaluator) | None => find_wallets(&mut connection, &filter.profile).await?,
        };
        wallets.retain(|wallet| wallet.retired_at.is_none());
        if filter.role == Some(Role::Evaluator) && wallets.is_empty() {
            return Ok(Vec::new());
        }
        let (at, id) = PageKey::bounds(filter.after.as_ref());
        let proofs: Vec<WalletProof> = wallets.iter().map(|wallet| wallet.proof).collect();
        let sql = list_sql(filter.role, filter.status.is_some(), &proofs);
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(at).bind(id).bind(i64::from(filter.limit));
        if filter.role != Some(Role::Evaluator) {
            query = query.bind(filter.profile.as_str());
        }
        if let Some(status) = &filter.status {
            query = query.bind(status.as_str());
        }
        for wallet in &wallets {
            query = query.bind(lower(wallet.address));
        }
        let rows = query.fetch_all(&mut *connection).await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in &rows {
            found.push(payout_change::complete(&mut connection, row, agreement(row)?).await?);
        }
        Ok(found)
    }
}
