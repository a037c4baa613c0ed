//! Metrics, and logs: text for people or JSON for machines, always on stderr, so that stdout carries answers only.

use std::io::IsTerminal;
use std::sync::OnceLock;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing::{Level, Metadata};
use tracing_subscriber::filter::{FilterExt, filter_fn};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, fmt, registry};

use crate::config::LogFormat;

/// Libraries whose details are bytes on the wire and whole URLs: URLs of nodes hold keys, so nobody can turn those details on.
const DISCREET: [&str; 5] = ["alloy_transport_http", "h2", "hyper", "hyper_util", "reqwest"];

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
    let filter = EnvFilter::builder().parse(&chosen).map_err(|_| InvalidFilter(chosen))?.and(filter_fn(is_discreet));
    let logs = fmt::layer().with_writer(std::io::stderr);
    // Only the first subscriber of a process counts; in tests there may be one already.
    let _already_there = match format {
        LogFormat::Text => registry().with(logs.with_ansi(std::io::stderr().is_terminal()).with_filter(filter)).try_init(),
        LogFormat::Json => registry().with(logs.json().flatten_event(true).with_filter(filter)).try_init(),
    };
    Ok(())
}

fn is_discreet(metadata: &Metadata<'_>) -> bool {
    let library = metadata.target().split("::").next().unwrap_or_default();
    *metadata.level() <= Level::INFO || !DISCREET.contains(&library)
}

/// The metrics of this process, for `/metrics`; recording starts with the first call. `None` when somebody else records already.
pub fn metrics() -> Option<PrometheusHandle> {
    static METRICS: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    METRICS.get_or_init(|| PrometheusBuilder::new().install_recorder().ok()).clone()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[test]
    fn i12_whoever_asks_for_everything_gets_no_urls_of_nodes() {
        let written = Sink::default();
        let sink = written.clone();
        let asked = EnvFilter::builder().parse("trace,alloy_transport_http::reqwest_transport=trace,[{url}]=trace").unwrap();
        let logs = fmt::layer().with_writer(move || sink.clone()).with_filter(asked.and(filter_fn(is_discreet)));
        tracing::subscriber::with_default(registry().with(logs), || {
            let span = tracing::debug_span!(target: "alloy_transport_http::reqwest_transport", "ReqwestTransport", url = "https://node.example/apikey");
            span.in_scope(|| tracing::trace!("ours"));
            tracing::debug!(target: "hyper::client", "GET https://node.example/apikey");
            tracing::info!(target: "hyper::client", "theirs");
        });
        let written = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        assert!(written.contains("ours") && written.contains("theirs") && !written.contains("apikey"), "{written}");
    }

    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
}
