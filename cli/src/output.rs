//! What commands print: one JSON document for machines, tables for people. Remarks go to stderr, so that stdout can be piped.

use std::io::{IsTerminal, Write};

use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;
use serde_json::{Value, json};
use settlement::Timestamp;

use crate::failure::{code_of, fix_of};

/// How this process speaks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Output {
    /// JSON instead of tables.
    pub json: bool,
}

impl Output {
    /// Prints an answer: as one JSON document, or as `human` writes it.
    pub fn answer(self, value: &impl Serialize, human: impl FnOnce() -> String) {
        if !self.json {
            return print(&human());
        }
        let document = serde_json::to_string_pretty(value).expect("answers are plain data with string keys");
        print(&document);
    }

    /// Prints one line of JSON, whatever was asked for.
    pub fn line(value: &Value) {
        print(&value.to_string());
    }

    /// Says something to people on stderr; machines are not bothered.
    pub fn remark(self, text: &str) {
        if !self.json {
            eprint(text);
        }
    }

    /// Says why the command failed and what mends it.
    pub fn failure(self, error: &anyhow::Error) {
        if self.json {
            let document = json!({ "error": { "detail": causes(error).join(": "), "code": code_of(error), "fix": fix_of(error) } });
            return eprint(&document.to_string());
        }
        eprint(&describe(error));
    }

    /// Whether there is a person to ask.
    #[must_use]
    pub fn can_ask(self) -> bool {
        !self.json && std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
    }
}

/// A failure for people: what, why, and how to mend it.
#[must_use]
pub fn describe(error: &anyhow::Error) -> String {
    let mut lines = vec![format!("error: {error}")];
    lines.extend(causes(error).iter().skip(1).map(|cause| format!("  because: {}", cause.replace('\n', "\n    "))));
    lines.extend(code_of(error).map(|code| format!("  code: {code}")));
    lines.extend(fix_of(error).map(|fix| format!("  to mend it: {fix}")));
    lines.join("\n")
}

/// What went wrong and why, the cause of each after it. Some libraries wrap an error in one that says the same: it is told once.
#[must_use]
pub fn causes(error: &anyhow::Error) -> Vec<String> {
    let mut causes: Vec<_> = error.chain().map(ToString::to_string).collect();
    causes.dedup();
    causes
}

/// A table with a heading for each column.
#[must_use]
pub fn table(headings: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = plain();
    table.set_header(headings);
    for row in rows {
        table.add_row(row);
    }
    lines(&table)
}

/// A table, or what to say when there is nothing to list.
#[must_use]
pub fn listing(nothing: &str, headings: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut rows = rows.into_iter().peekable();
    if rows.peek().is_none() { nothing.to_owned() } else { table(headings, rows) }
}

/// Names and values, one pair per line; pairs without a value are left out.
#[must_use]
pub fn pairs<'a>(rows: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let mut table = plain();
    for (name, value) in rows.into_iter().filter(|(_, value)| !value.is_empty()) {
        table.add_row(vec![name.to_owned(), value]);
    }
    lines(&table)
}

fn plain() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table
}

/// Without the margins that are for borders.
fn lines(table: &Table) -> String {
    let text = table.trim_fmt();
    text.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

/// How the person at the terminal starts this program: as they just did.
#[must_use]
pub fn program() -> String {
    // Set by `cargo run` for what it runs.
    if std::env::var_os("CARGO_MANIFEST_DIR").is_some() {
        return "cargo run -q --".to_owned();
    }
    std::env::args().next().unwrap_or_else(|| "counterfoil".to_owned())
}

/// Until when something holds, for people: a date, or no end that anybody will see.
#[must_use]
pub fn until(unix_seconds: u64) -> String {
    if unix_seconds > END_OF_DATES { "for good".to_owned() } else { format!("until {}", Timestamp::from_unix_seconds(unix_seconds)) }
}

/// The beginning of the year 9999.
const END_OF_DATES: u64 = 253_370_764_800;

/// The text of a JSON value: strings without quotes, nothing for null.
#[must_use]
pub fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

// Whoever closes the pipe early has read enough: that is not a failure.
fn print(text: &str) {
    let _closed = writeln!(std::io::stdout(), "{text}");
}

fn eprint(text: &str) {
    let _closed = writeln!(std::io::stderr(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::{Failure, OrFix};

    #[test]
    fn a_failure_says_what_why_and_what_to_do() {
        let refused = Failure { code: Some("insufficient_scope".into()), ..Failure::new("the API refused: a scope is missing", "use another token") };
        let error = Err::<(), _>(refused).or_fix("the request was not made", "look at the cause").unwrap_err();
        insta::assert_snapshot!(describe(&error), @r"
        error: the request was not made
          because: the API refused: a scope is missing
          code: insufficient_scope
          to mend it: use another token
        ");
    }

    #[test]
    fn a_cause_is_told_once() {
        let error = anyhow::anyhow!("refused").context("error sending request").context("error sending request").context("no answer");
        assert_eq!(describe(&error), "error: no answer\n  because: error sending request\n  because: refused");
        assert_eq!(causes(&error).join(": "), "no answer: error sending request: refused");
    }

    #[test]
    fn tables_line_up_and_pairs_without_a_value_are_left_out() {
        insta::assert_snapshot!(table(&["id", "status"], [vec!["pr_1".into(), "signed".into()], vec!["pr_22".into(), "verified".into()]]), @r"
        id     status
        pr_1   signed
        pr_22  verified
        ");
        assert!(table(&["id"], [vec!["pr_1".into()]]).starts_with("id"), "there is no margin");
        assert_eq!(listing("None.", &["id"], Vec::new()), "None.");
        insta::assert_snapshot!(pairs([("id", "pr_1".to_owned()), ("reason", String::new()), ("status", "signed".to_owned())]), @r"
        id      pr_1
        status  signed
        ");
    }

    #[test]
    fn what_has_no_end_is_not_given_a_date() {
        assert_eq!(until(1_800_000_000), "until 2027-01-15T08:00:00.000Z");
        assert_eq!(until(253_370_764_800), "until 9999-01-01T00:00:00.000Z");
        assert_eq!(until((1 << 48) - 1), "for good");
    }
}
