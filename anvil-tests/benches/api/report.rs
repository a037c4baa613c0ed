//! The table.

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

/// One figure beside its limit.
pub struct Row {
    engine: &'static str,
    what: &'static str,
    limit: String,
    figure: String,
    target: &'static str,
}

impl Row {
    pub const fn new(engine: &'static str, what: &'static str, limit: String, figure: String, target: &'static str) -> Self {
        Self { engine, what, limit, figure, target }
    }
}

/// Prints the table, and with `UPDATE=1` writes it into the page.
pub fn show(rows: &[Row]) {
    let mut table = String::from("| what | engine | limit or peer | measured | target |\n|---|---|---|---|---|\n");
    for Row { engine, what, limit, figure, target } in rows {
        let _ = writeln!(table, "| {what} | {engine} | {limit} | **{figure}** | {target} |");
    }
    print!("{table}");
    if std::env::var_os("UPDATE").is_some() {
        write_page(&table);
    }
}

fn write_page(table: &str) {
    const OPEN: &str = "<!-- api -->\n";
    const CLOSE: &str = "<!-- /api -->";
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/BENCHMARKS.md"));
    let page = std::fs::read_to_string(path).unwrap();
    let (before, rest) = page.split_once(OPEN).expect("the page has a place for the table");
    let (_, after) = rest.split_once(CLOSE).expect("the place has an end");
    std::fs::write(path, format!("{before}{OPEN}{table}{CLOSE}{after}")).unwrap();
}

/// Milliseconds with as many digits as mean something.
pub fn ms(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1_000.0)
}

/// A rate.
pub fn per_second(rate: f64) -> String {
    format!("{rate:.0}/s")
}

/// What part of the limit it is.
pub fn ratio(ours: f64, limit: f64) -> String {
    format!("{:.0} %", 100.0 * ours / limit)
}

/// How much longer the second takes than the first.
pub fn slower(time: Duration, than: Duration) -> String {
    format!("{:+.0} %", 100.0 * (time.as_secs_f64() / than.as_secs_f64() - 1.0))
}
