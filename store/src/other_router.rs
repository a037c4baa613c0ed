//! What was signed under another router or operator than the present ones.
//!
//! The indexer reads the events of one router and one operator for each chain. A payload that names others could be paid without anybody noticing, and its nonce
//! excludes nothing that is signed now: so they are changed only when the last of those payloads is over, finally.

use alloy_primitives::Address;
use settlement::Timestamp;

use crate::Store;
use crate::error::StoreError;
use crate::row::{Fields, lower, signed};

/// The routers and operators that nonces of a chain were ever given out under, but for those of `$2` and `$3`.
const OTHERS: &str = "SELECT router, operator FROM nonce_sequences WHERE chain_id = $1 AND NOT (router = $2 AND operator = $3) ORDER BY router, operator";
/// The payloads of a router and operator that may be paid in a block that is not final yet: of units that nothing has paid, and of refunds that have not been paid,
/// but for those whose nonce the operator has cancelled, finally.
const PAYABLE: &str = "SELECT COUNT(*) AS payloads, MAX(deadline) AS last FROM (
 SELECT r.deadline AS deadline FROM units u JOIN payment_requests r ON r.unit_id = u.id
 WHERE u.chain_id = $1 AND u.router = $2 AND u.operator = $3 AND u.voided_in_block IS NULL AND r.deadline >= $4
 AND NOT EXISTS (SELECT 1 FROM payment_requests paid WHERE paid.unit_id = u.id AND paid.status = 'router_verified')
 UNION ALL SELECT y.deadline FROM refund_requests f JOIN refund_payloads y ON y.refund_request_id = f.id
 WHERE f.chain_id = $1 AND f.router = $2 AND f.operator = $3 AND f.status <> 'settled' AND f.voided_in_block IS NULL AND y.deadline >= $4) AS payable";

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
            let row = query.fetch_one(self.database.pool()).await?;
            let fields = Fields::named("units", router.to_string(), &row);
            if let Some(last) = fields.opt_unsigned("last")? {
                return Ok(Some(PayableElsewhere { router, operator, payloads: fields.unsigned("payloads")?, until: Timestamp::from_unix_seconds(last) }));
            }
        }
        Ok(None)
    }
}
