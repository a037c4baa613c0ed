//! Metrics, and logs: text for people or JSON for machines, always on stderr, so that stdout carries answers only.

use std::sync::OnceLock;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;

use crate::config::LogFormat;

/// Text that is not a log filter.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no log filter; write it as in RUST_LOG: info, or warn,indexer=debug")]
pub struct InvalidFilter(String);

/// Starts logging for this process. `RUST_LOG`, where set, overrides `filter`. A second call changes nothing.
///
/// # Errors
/// When the filter that applies does not parse.
pub fn start(format: LogFormat, filter: &str) -> Result<(), InvalidFilter> {
    let chosen = std::env::var(EnvFilter::DEFAULT_ENV).unwrap_or_else(|_| filter.to_owned());
    let filter = EnvFilter::builder().parse(&chosen).map_err(|_| InvalidFilter(chosen))?;
    let logs = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // Only the first subscriber of a process counts; in tests there may be one already.
    let _already_there = match format {
        LogFormat::Text => logs.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).try_init(),
        LogFormat::Json => logs.json().flatten_event(true).try_init(),
    };
    Ok(())
}

/// The metrics of this process, for `/metrics`; recording starts with the first call. `None` when somebody else records already.
pub fn metrics() -> Option<PrometheusHandle> {
    static METRICS: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    METRICS.get_or_init(|| PrometheusBuilder::new().install_recorder().ok()).clone()
}
