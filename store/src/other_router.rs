//! What was signed under another router or operator than the present ones.
//!
//! The indexer reads the events of one router and one operator for each chain. A payload that names others could be paid without anybody noticing, and its nonce
//! excludes nothing that is signed now: so they are changed only when the last of those payloads is over, finally.

use alloy_primitives::Address;
use settlement::Timestamp;

use crate::Store;
use crate::error::StoreError;
use crate::router_event::is_cancelled;
use crate::row::{Fields, lower, signed};

/// The routers and operators that nonces of a chain were ever given out under, but for those of `$2` and `$3`.
const OTHERS: &str = "SELECT router, operator FROM nonce_sequences WHERE chain_id = $1 AND NOT (router = $2 AND operator = $3) ORDER BY router, operator";
/// The payloads of a router and operator that may be paid in a block that is not final yet: of units that nothing has paid, and of refunds that have not been paid.
const PAYABLE: &str = "SELECT r.id AS id, r.deadline AS deadline, u.nonce AS nonce, u.voided_in_block AS voided_in_block
 FROM units u JOIN payment_requests r ON r.unit_id = u.id WHERE u.chain_id = $1 AND u.router = $2 AND u.operator = $3 AND r.deadline >= $4
 AND NOT EXISTS (SELECT 1 FROM payment_requests paid WHERE paid.unit_id = u.id AND paid.status = 'router_verified')
 UNION ALL SELECT f.id, y.deadline, f.nonce, f.voided_in_block FROM refund_requests f JOIN refund_payloads y ON y.refund_request_id = f.id
 WHERE f.chain_id = $1 AND f.router = $2 AND f.operator = $3 AND f.status <> 'settled' AND y.deadline >= $4";

/// Payloads that name a router and operator which are not the present ones, and may still be paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayableElsewhere {
    /// Their router.
    pub router: Address,
    /// Their operator.
    pub operator: Address,
    /// How many.
    pub payloads: u64,
    /// The latest of their deadlines: a block after it has to be final.
    pub until: Timestamp,
}

impl Store {
    /// What was signed for another router or operator of this chain than these, and may still be paid; of one such pair, if there are several.
    pub async fn payable_elsewhere(&self, chain_id: u64, (router, operator): (Address, Address)) -> Result<Option<PayableElsewhere>, StoreError> {
        let final_time = self.cursor(chain_id).await?.map_or(0, |cursor| cursor.final_time);
        let query = sqlx::query(OTHERS).bind(signed(chain_id)?).bind(lower(router)).bind(lower(operator));
        for row in &query.fetch_all(self.database.pool()).await? {
            let fields = Fields::named("nonce_sequences", chain_id.to_string(), row);
            let (router, operator) = (fields.address("router")?, fields.address("operator")?);
            let query = sqlx::query(PAYABLE).bind(signed(chain_id)?).bind(lower(router)).bind(lower(operator)).bind(signed(final_time)?);
            let mut deadlines = Vec::new();
            for row in &query.fetch_all(self.database.pool()).await? {
                let fields = Fields::new("units", "id", row)?;
                // A nonce that is cancelled, finally, pays nothing: the row says so, and so does the chain. One that only says so can be paid.
                let is_void = match fields.opt_unsigned("voided_in_block")? {
                    Some(block) => is_cancelled(&mut *self.read().await?, (chain_id, operator, fields.word("nonce")?), block).await?,
                    None => false,
                };
                if !is_void {
                    deadlines.push(fields.unsigned("deadline")?);
                }
            }
            if let Some(last) = deadlines.iter().max() {
                let payloads = u64::try_from(deadlines.len()).unwrap_or(u64::MAX);
                return Ok(Some(PayableElsewhere { router, operator, payloads, until: Timestamp::from_unix_seconds(*last) }));
            }
        }
        Ok(None)
    }
}
