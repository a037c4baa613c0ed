//! What commands print: one JSON document for machines, tables for people. Remarks go to stderr, so that stdout can be piped.

use std::io::{IsTerminal, Write};

use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;
use serde_json::{Value, json};

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
            let document = json!({ "error": { "detail": format!("{error:#}"), "code": code_of(error), "fix": fix_of(error) } });
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
    lines.extend(error.chain().skip(1).map(|cause| format!("  because: {}", cause.to_string().replace('\n', "\n    "))));
    lines.extend(code_of(error).map(|code| format!("  code: {code}")));
    lines.extend(fix_of(error).map(|fix| format!("  to mend it: {fix}")));
    lines.join("\n")
}

/// A table with a heading for each column.
#[must_use]
pub fn table(headings: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled).set_header(headings);
    for row in rows {
        table.add_row(row);
    }
    table.trim_fmt()
}

/// Names and values, one pair per line; pairs without a value are left out.
#[must_use]
pub fn pairs<'a>(rows: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    for (name, value) in rows.into_iter().filter(|(_, value)| !value.is_empty()) {
        table.add_row(vec![name.to_owned(), value]);
    }
    table.trim_fmt()
}

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
    fn tables_line_up_and_pairs_without_a_value_are_left_out() {
        insta::assert_snapshot!(table(&["id", "status"], [vec!["pr_1".into(), "signed".into()], vec!["pr_22".into(), "verified".into()]]), @r"
        id     status
        pr_1   signed
        pr_22  verified
        ");
        insta::assert_snapshot!(pairs([("id", "pr_1".to_owned()), ("reason", String::new()), ("status", "signed".to_owned())]), @r"
        id      pr_1
        status  signed
        ");
    }
}
