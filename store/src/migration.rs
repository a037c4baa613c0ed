//! The schema: numbered files, applied in order, each in one transaction.

use std::borrow::Cow;

use sqlx::Row;
use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

use crate::Store;
use crate::error::StoreError;

const SCHEMA: &[(i64, &str, &str)] = &[
    (1, "parties", include_str!("../schema/0001_parties.sql")),
    (2, "agreements", include_str!("../schema/0002_agreements.sql")),
    (3, "chain", include_str!("../schema/0003_chain.sql")),
    (4, "outbox", include_str!("../schema/0004_outbox.sql")),
    (5, "milestones", include_str!("../schema/0005_milestones.sql")),
    (6, "refunds", include_str!("../schema/0006_refunds.sql")),
    (8, "documents", include_str!("../schema/0008_documents.sql")),
    (9, "audit", include_str!("../schema/0009_audit.sql")),
    (10, "disputes", include_str!("../schema/0010_disputes.sql")),
];

fn migrator() -> Migrator {
    let migration = |&(version, name, sql): &(i64, &'static str, &'static str)| {
        Migration::new(version, Cow::Borrowed(name), MigrationType::Simple, sql.into_sql_str(), false)
    };
    Migrator::with_migrations(SCHEMA.iter().map(migration).collect())
}

impl Store {
    /// Brings the schema up to date. Safe to repeat, and safe while another process does the same.
    ///
    /// # Errors
    /// When a migration fails (it is taken back), or the database has one that this program does not know.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        let (pool, _lock) = self.database.for_migration().await?;
        let migrated = migrator().run(&pool).await;
        pool.close().await;
        Ok(migrated?)
    }

    /// Whether the schema is exactly the one of this program: no migration missing, none changed, none that it does not know.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn schema_is_current(&self) -> Result<bool, StoreError> {
        if !self.database.has_table("_sqlx_migrations").await? {
            return Ok(false);
        }
        let rows = sqlx::query("SELECT version, checksum FROM _sqlx_migrations WHERE success ORDER BY version").fetch_all(self.database.pool()).await?;
        let applied: Vec<(i64, Vec<u8>)> = rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect::<Result<_, sqlx::Error>>()?;
        Ok(migrator().iter().map(|ours| (ours.version, ours.checksum.to_vec())).eq(applied))
    }
}
