//! Payment requests. What was signed is checked every time it is read, and a verified request is verified again: a row that was changed behind our back is
//! never believed.

use alloy_primitives::B256;
use settlement::Timestamp;
use settlement::ids::{AgreementId, PaymentRequestId};
use settlement::payment_request::{PaymentRequest, PaymentRequestState, Standing, StatusName};
use settlement::snapshot::SignedSnapshot;
use settlement::unit::Unit;
use settlement::verify::ProofIssue;
use sqlx::any::{AnyArguments, AnyQueryResult};
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AssertSqlSafe, Connection};

use crate::batch::Batch;
use crate::error::{Conflict, StoreError, duplicate};
use crate::payout_change::Payouts;
use crate::row::{Fields, lower, signed};
use crate::{Store, Tx, proof, unit};

mod columns;
mod read;

use columns::{StateColumns, add};

pub(crate) use read::{Listed, SELECT, list, select_with, stored};

/// Most digests in one statement.
const DIGESTS_PER_QUERY: usize = 500;

/// A stored request, as far as it can be believed.
#[expect(clippy::large_enum_variant, reason = "nearly every request is sound; boxing it would cost an allocation per request")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoredRequest {
    /// What is stored proves itself.
    Sound(PaymentRequest),
    /// The row was changed, or it says verified and no longer proves it.
    Unproven {
        /// The request.
        id: PaymentRequestId,
        /// Its agreement.
        agreement: AgreementId,
        /// Its unit.
        unit: Unit,
        /// What was signed, if that at least is intact.
        signed: Option<Box<SignedSnapshot>>,
        /// What the row says of its status.
        status: StatusName,
        /// What does not hold.
        issues: Vec<ProofIssue>,
        /// When it was signed.
        created_at: Timestamp,
        /// When it last changed.
        updated_at: Timestamp,
    },
}

impl StoredRequest {
    /// Its id.
    #[must_use]
    pub const fn id(&self) -> &PaymentRequestId {
        match self {
            Self::Sound(request) => &request.id,
            Self::Unproven { id, .. } => id,
        }
    }

    /// Its agreement.
    #[must_use]
    pub const fn agreement(&self) -> &AgreementId {
        match self {
            Self::Sound(request) => &request.agreement,
            Self::Unproven { agreement, .. } => agreement,
        }
    }

    /// Its unit.
    #[must_use]
    pub const fn unit(&self) -> &Unit {
        match self {
            Self::Sound(request) => &request.unit,
            Self::Unproven { unit, .. } => unit,
        }
    }

    /// What its row says of its status.
    #[must_use]
    pub const fn status(&self) -> StatusName {
        match self {
            Self::Sound(request) => request.state.name(),
            Self::Unproven { status, .. } => *status,
        }
    }

    /// The request, if it proves itself.
    #[must_use]
    pub const fn sound(&self) -> Option<&PaymentRequest> {
        match self {
            Self::Sound(request) => Some(request),
            Self::Unproven { .. } => None,
        }
    }

    /// For the rules.
    #[must_use]
    pub const fn standing(&self) -> Standing<'_> {
        match self {
            Self::Sound(request) => Standing::Sound(request),
            Self::Unproven { id, unit, .. } => Standing::Unproven { id, unit },
        }
    }
}

async fn find(connection: &mut AnyConnection, id: &PaymentRequestId) -> Result<Option<StoredRequest>, StoreError> {
    let rows = sqlx::query(AssertSqlSafe(format!("{SELECT} WHERE r.id = $1"))).bind(id.as_str()).fetch_all(&mut *connection).await?;
    let payouts = Payouts::named_by(connection, &rows).await?;
    rows.first().map(|row| stored(row, &payouts)).transpose()
}

async fn find_by_digest(connection: &mut AnyConnection, digests: &[B256]) -> Result<Vec<(B256, StoredRequest)>, StoreError> {
    let mut found = Vec::new();
    for digests in digests.chunks(DIGESTS_PER_QUERY) {
        let places: Vec<String> = (1..=digests.len()).map(|place| format!("${place}")).collect();
        let sql = format!("{SELECT} WHERE r.digest IN ({})", places.join(", "));
        let query = digests.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, digest| query.bind(lower(digest)));
        let rows = query.fetch_all(&mut *connection).await?;
        let payouts = Payouts::named_by(&mut *connection, &rows).await?;
        for row in &rows {
            found.push((Fields::new("payment_requests", "id", row)?.hash("digest")?, stored(row, &payouts)?));
        }
    }
    Ok(found)
}

pub(crate) const LIVE: &str = "r.status IN ('signed', 'submitted')";
pub(crate) const SUBMITTED: &str = "r.status = 'submitted'";

/// Pages through the requests of chain `$1` in a status, by id, after `$2`.
pub(crate) fn page_sql(status: &'static str) -> String {
    format!("{SELECT} WHERE r.chain_id = $1 AND r.id > $2 AND {status} AND r.deadline < $3 ORDER BY r.id LIMIT $4")
}

impl Store {
    /// A request by its id.
    pub async fn request(&self, id: &PaymentRequestId) -> Result<Option<StoredRequest>, StoreError> {
        find(&mut *self.read().await?, id).await
    }

    /// A request by the hash of its snapshot.
    pub async fn request_by_request_id(&self, request_id: B256) -> Result<Option<StoredRequest>, StoreError> {
        let mut connection = self.read().await?;
        let query = sqlx::query_scalar("SELECT id FROM payment_requests WHERE request_id = $1").bind(lower(request_id));
        let id: Option<String> = query.fetch_optional(&mut *connection).await?;
        match id.and_then(|id| id.parse().ok()) {
            Some(id) => find(&mut connection, &id).await,
            None => Ok(None),
        }
    }

    /// The requests with these digests, each with its digest.
    pub async fn requests_by_digest(&self, digests: &[B256]) -> Result<Vec<(B256, StoredRequest)>, StoreError> {
        find_by_digest(&mut *self.read().await?, digests).await
    }

    /// The requests of an agreement, oldest first.
    pub async fn requests_of(&self, agreement: &AgreementId) -> Result<Vec<StoredRequest>, StoreError> {
        Ok(list(&mut *self.read().await?, agreement).await?.into_iter().map(|listed| listed.stored).collect())
    }

    /// Live requests of a chain whose deadline is before `deadline_lt` (unix seconds), at most `limit`. Those that do not prove themselves are left out.
    pub async fn live_requests_before(&self, chain_id: u64, deadline_lt: u64, limit: u32) -> Result<Vec<PaymentRequest>, StoreError> {
        self.sound_page(chain_id, LIVE, signed(deadline_lt)?, limit, None).await
    }

    /// Submitted requests of a chain by id, after `after`, at most `limit`. Those that do not prove themselves are left out.
    pub async fn submitted_requests(&self, chain_id: u64, limit: u32, after: Option<&PaymentRequestId>) -> Result<Vec<PaymentRequest>, StoreError> {
        self.sound_page(chain_id, SUBMITTED, i64::MAX, limit, after).await
    }

    /// Pages on over rows that are left out, so that they can never hide the others.
    async fn sound_page(
        &self,
        chain_id: u64,
        status: &'static str,
        deadline_lt: i64,
        limit: u32,
        after: Option<&PaymentRequestId>,
    ) -> Result<Vec<PaymentRequest>, StoreError> {
        let mut connection = self.read().await?;
        let sql = page_sql(status);
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut after = after.map_or_else(String::new, ToString::to_string);
        let mut page = Vec::new();
        while page.len() < wanted {
            let query = sqlx::query(AssertSqlSafe(sql.clone())).bind(signed(chain_id)?).bind(after.clone()).bind(deadline_lt).bind(i64::from(limit));
            let rows = query.fetch_all(&mut *connection).await?;
            let payouts = Payouts::named_by(&mut connection, &rows).await?;
            for row in &rows {
                match stored(row, &payouts) {
                    Ok(StoredRequest::Sound(request)) => page.push(request),
                    Ok(StoredRequest::Unproven { id, issues, .. }) => tracing::error!(request = %id, ?issues, "a stored payment request does not prove itself"),
                    Err(StoreError::Row(error)) => tracing::error!(%error, "a stored payment request cannot be read"),
                    Err(error) => return Err(error),
                }
            }
            match rows.last() {
                Some(last) if rows.len() == wanted => after = Fields::new("payment_requests", "id", last)?.text("id")?,
                _ => break,
            }
        }
        page.truncate(wanted);
        Ok(page)
    }
}

impl Tx {
    /// A request by its id.
    pub async fn request(&mut self, id: &PaymentRequestId) -> Result<Option<StoredRequest>, StoreError> {
        find(self.connection(), id).await
    }

    /// The requests of an agreement, oldest first.
    pub async fn requests_of(&mut self, agreement: &AgreementId) -> Result<Vec<StoredRequest>, StoreError> {
        Ok(list(self.connection(), agreement).await?.into_iter().map(|listed| listed.stored).collect())
    }

    /// The requests with these digests, each with its digest.
    pub async fn requests_by_digest(&mut self, digests: &[B256]) -> Result<Vec<(B256, StoredRequest)>, StoreError> {
        find_by_digest(self.connection(), digests).await
    }

    /// Adds a signed request.
    ///
    /// # Errors
    /// `Duplicate("live_request")` when the unit has a live one, `Duplicate("signed_payload")` when the same payload is stored. The transaction can go on.
    pub async fn insert_request(&mut self, request: &PaymentRequest) -> Result<(), StoreError> {
        let mut batch = Batch::default();
        add(&mut batch, request)?;
        if self.write.send(batch, false).await? == 1 { Ok(()) } else { Err(self.collision(request).await?.into()) }
    }

    /// Adds a signed request together with its unit, under the router and operator that the payload names.
    ///
    /// # Errors
    /// `Duplicate("nonce")` when another unit has the nonce, `Duplicate("signed_payload")` when the same payload is stored. The transaction is of no use any more.
    pub async fn insert_request_and_unit(&mut self, request: &PaymentRequest) -> Result<(), StoreError> {
        let snapshot = request.signed.snapshot();
        let mut batch = Batch::default();
        unit::add(&mut batch, &request.unit, snapshot.asset.chain_id(), (snapshot.router, snapshot.operator))?;
        add(&mut batch, request)?;
        match self.write.send(batch, false).await {
            Ok(2) => Ok(()),
            Ok(_) => Err(self.collision(request).await?.into()),
            // A unit that was not added is one that its request cannot refer to; the agreement and the milestone that it refers to are never deleted.
            Err(error) if error.is_of_reference() => Err(Conflict::Duplicate("nonce").into()),
            Err(error) => Err(error),
        }
    }

    /// What a request that was not added runs into.
    async fn collision(&mut self, request: &PaymentRequest) -> Result<Conflict, StoreError> {
        let same = "SELECT COUNT(*) FROM payment_requests WHERE id = $1 OR digest = $2";
        let query = sqlx::query_scalar(same).bind(request.id.as_str()).bind(lower(request.signed.digest()));
        let same: i64 = query.fetch_one(self.connection()).await?;
        Ok(Conflict::Duplicate(if same == 0 { "live_request" } else { "signed_payload" }))
    }

    /// Changes what became of a request, if it is still in the state `from`. A proof is stored, and taken away, with the state that rests on it.
    ///
    /// # Errors
    /// `Changed` when the request is in another state; `Duplicate("live_request")` when it would become live beside another request of its unit. The
    /// transaction can go on after both.
    pub async fn set_request_state(&mut self, id: &PaymentRequestId, from: StatusName, to: &PaymentRequestState, at: Timestamp) -> Result<(), StoreError> {
        let row = StateColumns::of(to, at);
        let query = sqlx::query(
            "UPDATE payment_requests SET status = $1, tx_hash = $2, status_reason = $3, paid_by = $4, recovered_from = $5, status_at = $6, updated_at = $7 \
             WHERE id = $8 AND status = $9",
        )
        .bind(to.name().as_str())
        .bind(row.tx_hash)
        .bind(row.reason)
        .bind(row.paid_by)
        .bind(row.recovered_from)
        .bind(row.at)
        .bind(at.as_millis())
        .bind(id.as_str())
        .bind(from.as_str());
        let updated = if to.name().is_live() && !from.is_live() {
            self.alone(query).await.map_err(duplicate("live_request"))?
        } else {
            query.execute(self.connection()).await?
        };
        if updated.rows_affected() == 0 {
            return Err(Conflict::Changed.into());
        }
        if from == StatusName::Verified {
            proof::remove(self.connection(), proof::Table::Payments, id.as_str()).await?;
        }
        match to {
            PaymentRequestState::Verified { proof, .. } => proof::insert(self.connection(), id, proof).await,
            PaymentRequestState::Failed { .. } => self.release_hints(id).await,
            PaymentRequestState::Signed
            | PaymentRequestState::Submitted { .. }
            | PaymentRequestState::Cancelled { .. }
            | PaymentRequestState::Expired { .. } => Ok(()),
        }
    }

    /// Runs a statement in a transaction of its own inside this one, which can go on when it fails: what it collides with may only just have been committed.
    async fn alone(&mut self, query: Query<'_, Any, AnyArguments>) -> Result<AnyQueryResult, sqlx::Error> {
        let mut inner = self.connection().begin().await?;
        match query.execute(&mut *inner).await {
            Ok(done) => inner.commit().await.map(|()| done),
            Err(error) => inner.rollback().await.and(Err(error)),
        }
    }

    /// Binds a transaction to the request that names it, and gives free what it named before: one request holds one transaction, so that nobody can keep many
    /// from those whose they are. Naming it again for the same request changes nothing.
    ///
    /// # Errors
    /// `Duplicate("tx_hash")` when another request has named it. The transaction can go on.
    pub async fn claim_hint(&mut self, chain_id: u64, tx_hash: B256, id: &PaymentRequestId) -> Result<(), StoreError> {
        let query = sqlx::query(
            "INSERT INTO transaction_hints (chain_id, tx_hash, payment_request_id) VALUES ($1, $2, $3) ON CONFLICT (chain_id, tx_hash) \
             DO UPDATE SET payment_request_id = excluded.payment_request_id WHERE transaction_hints.payment_request_id = excluded.payment_request_id",
        )
        .bind(signed(chain_id)?)
        .bind(lower(tx_hash))
        .bind(id.as_str());
        let bound = query.execute(self.connection()).await?.rows_affected();
        if bound == 0 {
            return Err(Conflict::Duplicate("tx_hash").into());
        }
        let earlier = sqlx::query("DELETE FROM transaction_hints WHERE payment_request_id = $1 AND chain_id = $2 AND tx_hash <> $3");
        earlier.bind(id.as_str()).bind(signed(chain_id)?).bind(lower(tx_hash)).execute(self.connection()).await?;
        Ok(())
    }

    /// A failed request gives its transactions free: they were not its own.
    async fn release_hints(&mut self, id: &PaymentRequestId) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM transaction_hints WHERE payment_request_id = $1").bind(id.as_str()).execute(self.connection()).await?;
        Ok(())
    }
}
