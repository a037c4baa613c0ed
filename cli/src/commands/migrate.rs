//! `counterfoil migrate`: brings the database to the schema of this version.

use std::process::ExitCode;

use serde_json::json;

use super::Context;
use crate::failure::OrFix;
use crate::services::open_store;

pub(super) async fn run(context: &Context) -> anyhow::Result<ExitCode> {
    let config = context.config(Vec::new())?;
    let store = open_store(&config).await?;
    let was_current = store.schema_is_current().await.unwrap_or(false);
    store.migrate().await.or_fix("the database could not be migrated", "nothing was changed halfway; look at the cause and run it again")?;
    store.close().await;
    let database = config.database.url.to_string();
    context.output.answer(&json!({ "database": database, "changed": !was_current }), || {
        format!("{database} {} the schema of this version", if was_current { "already has" } else { "now has" })
    });
    Ok(ExitCode::SUCCESS)
}
