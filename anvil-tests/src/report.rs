//! The table of a benchmark.

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

/// One figure beside its limit.
#[derive(Debug)]
pub struct Row {
    engine: &'static str,
    what: &'static str,
    limit: String,
    figure: String,
    target: &'static str,
}

impl Row {
    /// What was measured on an engine, beside what limits it, and what is wanted.
    #[must_use]
    pub const fn new(engine: &'static str, what: &'static str, limit: String, figure: String, target: &'static str) -> Self {
        Self { engine, what, limit, figure, target }
    }
}

/// Whether to measure this one of several things: when it is named after `--` on the command line, or none of them is.
#[must_use]
pub fn is_wanted(one: &str, of: &[&str]) -> bool {
    let named: Vec<String> = std::env::args().skip(1).filter(|word| of.contains(&word.as_str())).collect();
    named.is_empty() || named.iter().any(|word| word == one)
}

/// Prints the table, and with `UPDATE=1` writes it into `docs/BENCHMARKS.md`, at the place that is called like the benchmark.
///
/// # Panics
/// When the page has no such place.
pub fn show(benchmark: &str, rows: &[Row]) {
    let mut table = String::from("| what | engine | limit or peer | measured | target |\n|---|---|---|---|---|\n");
    for Row { engine, what, limit, figure, target } in rows {
        let _ = writeln!(table, "| {what} | {engine} | {limit} | **{figure}** | {target} |");
    }
    print!("{table}");
    if std::env::var_os("UPDATE").is_some() {
        write_page(benchmark, &table);
    }
}

fn write_page(benchmark: &str, table: &str) {
    let (open, close) = (format!("<!-- {benchmark} -->\n"), format!("<!-- /{benchmark} -->"));
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/BENCHMARKS.md"));
    let page = std::fs::read_to_string(path).unwrap();
    let (before, rest) = page.split_once(&open).expect("the page has a place for the table");
    let (_, after) = rest.split_once(&close).expect("the place has an end");
    std::fs::write(path, format!("{before}{open}{table}{close}{after}")).unwrap();
}

/// Milliseconds with as many digits as mean something.
#[must_use]
pub fn ms(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1_000.0)
}

/// A rate.
#[must_use]
pub fn per_second(rate: f64) -> String {
    format!("{rate:.0}/s")
}

/// What part of the limit it is.
#[must_use]
pub fn ratio(ours: f64, limit: f64) -> String {
    format!("{:.0} %", 100.0 * ours / limit)
}

/// How much longer the first takes than the second.
#[must_use]
pub fn slower(time: Duration, than: Duration) -> String {
    format!("{:+.0} %", 100.0 * (time.as_secs_f64() / than.as_secs_f64() - 1.0))
}
