//! Webhook endpoints: where events are delivered to. Their secrets come sealed and leave sealed.

use settlement::Timestamp;
use settlement::ids::{EndpointId, ProfileId};
use settlement::notice::NoticeType;
use settlement::webhook::{DeliveryStatus, EndpointStatus};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use crate::error::{Conflict, StoreError};
use crate::outbox::Reader;
use crate::row::Fields;
use crate::{Store, Tx};

/// An endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Its id.
    pub id: EndpointId,
    /// Whose it is.
    pub profile: ProfileId,
    /// Whose events it gets.
    pub reader: Reader,
    /// Where it is.
    pub url: String,
    /// What its owner calls it.
    pub description: Option<String>,
    /// The types it gets; all when empty.
    pub kinds: Vec<NoticeType>,
    /// Whether it gets anything.
    pub status: EndpointStatus,
    /// Its secrets.
    pub secrets: SealedSecrets,
    /// It gets what was told after this line.
    pub from_sequence: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// The secrets of an endpoint, sealed under the instance's key.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedSecrets {
    /// The one it has.
    pub current: Vec<u8>,
    /// The one before and until when it is used too.
    pub previous: Option<(Vec<u8>, Timestamp)>,
}

impl std::fmt::Debug for SealedSecrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SealedSecrets").field("previous_until", &self.previous.as_ref().map(|(_, until)| until)).finish_non_exhaustive()
    }
}

impl Endpoint {
    /// Whether it gets events of this type.
    #[must_use]
    pub fn takes(&self, kind: NoticeType) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }
}

pub(crate) fn endpoint(fields: &Fields<'_>) -> Result<Endpoint, StoreError> {
    let kinds = fields.text("kinds")?;
    let kind = |word| NoticeType::parse(word).ok_or_else(|| fields.bad("kinds", format!("{word:?} is no type of event")));
    let previous = match (fields.opt_blob("previous_secret")?, fields.opt_time("previous_until")?) {
        (Some(secret), until) => Some((secret, fields.present("previous_until", until)?)),
        (None, _) => None,
    };
    Ok(Endpoint {
        id: fields.parsed("id")?,
        profile: fields.parsed("profile_id")?,
        reader: fields.one_of("reader", Reader::parse)?,
        url: fields.text("url")?,
        description: fields.opt_text("description")?,
        kinds: kinds.split_whitespace().map(kind).collect::<Result<_, _>>()?,
        status: fields.one_of("status", EndpointStatus::parse)?,
        secrets: SealedSecrets { current: fields.blob("secret")?, previous },
        from_sequence: fields.integer("from_sequence")?,
        created_at: fields.time("created_at")?,
        updated_at: fields.time("updated_at")?,
    })
}

pub(crate) fn of_row(row: &AnyRow) -> Result<Endpoint, StoreError> {
    endpoint(&Fields::new("webhook_endpoints", "id", row)?)
}

fn words(kinds: &[NoticeType]) -> String {
    kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(" ")
}

async fn find_all(connection: &mut AnyConnection, profile: &ProfileId) -> Result<Vec<Endpoint>, StoreError> {
    let query = sqlx::query("SELECT * FROM webhook_endpoints WHERE profile_id = $1 AND status <> 'deleted' ORDER BY created_at, id").bind(profile.as_str());
    query.fetch_all(connection).await?.iter().map(of_row).collect()
}

impl Store {
    /// The endpoints of a profile, oldest first.
    pub async fn endpoints(&self, profile: &ProfileId) -> Result<Vec<Endpoint>, StoreError> {
        find_all(&mut *self.read().await?, profile).await
    }

    /// The enabled endpoint that changed last.
    pub async fn newest_endpoint(&self) -> Result<Option<Endpoint>, StoreError> {
        let query = sqlx::query("SELECT * FROM webhook_endpoints WHERE status = 'enabled' ORDER BY updated_at DESC, id DESC LIMIT 1");
        query.fetch_optional(self.database.pool()).await?.as_ref().map(of_row).transpose()
    }

    /// An endpoint, unless it was deleted.
    pub async fn endpoint(&self, id: &EndpointId) -> Result<Option<Endpoint>, StoreError> {
        let query = sqlx::query("SELECT * FROM webhook_endpoints WHERE id = $1 AND status <> 'deleted'").bind(id.as_str());
        query.fetch_optional(self.database.pool()).await?.as_ref().map(of_row).transpose()
    }
}

impl Tx {
    /// The endpoints of a profile, oldest first.
    pub async fn endpoints(&mut self, profile: &ProfileId) -> Result<Vec<Endpoint>, StoreError> {
        find_all(self.connection(), profile).await
    }

    /// An endpoint as it is now and stays until this transaction ends, unless it was deleted.
    pub async fn lock_endpoint(&mut self, id: &EndpointId) -> Result<Option<Endpoint>, StoreError> {
        let sql = format!("SELECT * FROM webhook_endpoints WHERE id = $1 AND status <> 'deleted'{}", self.write.for_update());
        let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id.as_str()).fetch_optional(self.connection()).await?;
        row.as_ref().map(of_row).transpose()
    }

    /// The number of the newest line of the log.
    pub async fn last_sequence(&mut self) -> Result<i64, StoreError> {
        Ok(sqlx::query_scalar("SELECT outbox_sequence FROM log_ends WHERE id = 1").fetch_one(self.connection()).await?)
    }

    /// Adds an endpoint.
    ///
    /// # Errors
    /// `Duplicate("id")`.
    pub async fn insert_endpoint(&mut self, new: &Endpoint) -> Result<(), StoreError> {
        let query = sqlx::query(
            "INSERT INTO webhook_endpoints (id, profile_id, reader, url, description, kinds, status, secret, from_sequence, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING",
        )
        .bind(new.id.as_str())
        .bind(new.profile.as_str())
        .bind(new.reader.as_str())
        .bind(new.url.as_str())
        .bind(new.description.as_deref())
        .bind(words(&new.kinds))
        .bind(new.status.name())
        .bind(new.secrets.current.as_slice())
        .bind(new.from_sequence)
        .bind(new.created_at.as_millis())
        .bind(new.updated_at.as_millis());
        let inserted = query.execute(self.connection()).await?.rows_affected();
        if inserted == 1 { Ok(()) } else { Err(Conflict::Duplicate("id").into()) }
    }

    /// Changes what its owner says of an endpoint, if it is still as it was when `before` was its last change.
    ///
    /// # Errors
    /// `Changed` when it is not.
    pub async fn update_endpoint(&mut self, wanted: &Endpoint, before: Timestamp) -> Result<(), StoreError> {
        let query = sqlx::query(
            "UPDATE webhook_endpoints SET url = $1, description = $2, kinds = $3, status = $4, from_sequence = $5, updated_at = $6 \
             WHERE id = $7 AND updated_at = $8 AND status <> 'deleted'",
        )
        .bind(wanted.url.as_str())
        .bind(wanted.description.as_deref())
        .bind(words(&wanted.kinds))
        .bind(wanted.status.name())
        .bind(wanted.from_sequence)
        .bind(wanted.updated_at.as_millis())
        .bind(wanted.id.as_str())
        .bind(before.as_millis());
        let updated = query.execute(self.connection()).await?.rows_affected();
        if updated == 1 { Ok(()) } else { Err(Conflict::Changed.into()) }
    }

    /// Gives an endpoint other secrets. The caller has locked it.
    ///
    /// # Errors
    /// `Changed` when it was deleted.
    pub async fn rotate_secret(&mut self, id: &EndpointId, secrets: &SealedSecrets, at: Timestamp) -> Result<(), StoreError> {
        let (previous, until) = secrets.previous.as_ref().map(|(sealed, until)| (sealed.as_slice(), until.as_millis())).unzip();
        let query = sqlx::query(
            "UPDATE webhook_endpoints SET secret = $1, previous_secret = $2, previous_until = $3, updated_at = $4 WHERE id = $5 AND status <> 'deleted'",
        )
        .bind(secrets.current.as_slice())
        .bind(previous)
        .bind(until)
        .bind(at.as_millis())
        .bind(id.as_str());
        let updated = query.execute(self.connection()).await?.rows_affected();
        if updated == 1 { Ok(()) } else { Err(Conflict::Changed.into()) }
    }

    /// Deletes an endpoint: its secrets are gone, what was waiting for it is dropped. How many that were; `None` when there is none.
    pub async fn delete_endpoint(&mut self, id: &EndpointId, at: Timestamp) -> Result<Option<u64>, StoreError> {
        // x'' is not portable; an empty value is.
        let nothing: &[u8] = &[];
        let query = sqlx::query(
            "UPDATE webhook_endpoints SET status = $1, secret = $2, previous_secret = NULL, previous_until = NULL, updated_at = $3 \
             WHERE id = $4 AND status <> 'deleted'",
        )
        .bind(EndpointStatus::Deleted.name())
        .bind(nothing)
        .bind(at.as_millis())
        .bind(id.as_str());
        if query.execute(self.connection()).await?.rows_affected() == 0 {
            return Ok(None);
        }
        let query = sqlx::query("UPDATE webhook_deliveries SET status = $1 WHERE endpoint_id = $2 AND status = 'pending'")
            .bind(DeliveryStatus::Dropped.name())
            .bind(id.as_str());
        Ok(Some(query.execute(self.connection()).await?.rows_affected()))
    }

    /// The endpoint answered that it is gone: it gets nothing any more. False when it was not enabled, or was changed since it was asked: it may have moved to
    /// another URL, or its owner may have enabled it since.
    pub async fn retire_endpoint(&mut self, asked: &Endpoint, at: Timestamp) -> Result<bool, StoreError> {
        let query =
            sqlx::query("UPDATE webhook_endpoints SET status = $1, updated_at = $2 WHERE id = $3 AND status = 'enabled' AND url = $4 AND updated_at = $5")
                .bind(EndpointStatus::Gone.name())
                .bind(at.as_millis())
                .bind(asked.id.as_str())
                .bind(asked.url.as_str())
                .bind(asked.updated_at.as_millis());
        Ok(query.execute(self.connection()).await?.rows_affected() == 1)
    }
}
