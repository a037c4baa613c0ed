//! Files that are written from the code: the test compares, `UPDATE=1` writes.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use crate::disputes::dispute_table;
use crate::payouts::payout_table;
use crate::refunds::refund_table;
use crate::states::{Row, agreement_table, milestone_table, plan_table, request_table};

/// Fails when the committed file is not what the code says, and writes it when `UPDATE=1`.
fn compare(path: &str, generated: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    if std::env::var_os("UPDATE").is_some_and(|value| value == "1") {
        std::fs::write(&path, generated).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == generated, "{} is not what the code says; run: UPDATE=1 cargo test -p settlement states", path.display());
}

/// Numbers the reasons in the order in which they appear.
#[derive(Default)]
struct Reasons(Vec<&'static str>);

impl Reasons {
    fn number(&mut self, because: &'static str) -> usize {
        let known = self.0.iter().position(|r| *r == because);
        known.unwrap_or_else(|| {
            self.0.push(because);
            self.0.len() - 1
        }) + 1
    }
}

fn table(rows: &[Row]) -> String {
    let (mut text, mut reasons) = (String::new(), Reasons::default());
    let actions: Vec<_> = rows[0].outcomes.iter().map(|(action, _)| *action).collect();
    writeln!(text, "| state | {} |\n|---|{}", actions.join(" | "), "---|".repeat(actions.len())).unwrap();
    for row in rows {
        let cell = |outcome: &Result<String, &'static str>, reasons: &mut Reasons| match outcome {
            Ok(to) => format!("**{to}**"),
            Err(because) => format!("no ({})", reasons.number(because)),
        };
        let cells: Vec<_> = row.outcomes.iter().map(|(_, outcome)| cell(outcome, &mut reasons)).collect();
        writeln!(text, "| {} | {} |", row.from, cells.join(" | ")).unwrap();
    }
    text.push_str("\nRefusals, in the words of the code:\n\n");
    for (n, because) in reasons.0.iter().enumerate() {
        writeln!(text, "{}. {because}", n + 1).unwrap();
    }
    text
}

/// Joins rows of one state whose outcomes are the same.
fn merged(rows: Vec<Row>) -> Vec<Row> {
    let mut merged: Vec<Row> = Vec::new();
    for row in rows {
        let (state, payments) = row.from.split_once(", ").unwrap();
        match merged.iter_mut().find(|other| other.from.starts_with(&format!("{state}: ")) && other.outcomes == row.outcomes) {
            Some(other) => write!(other.from, "; {payments}").unwrap(),
            None => merged.push(Row { from: format!("{state}: {payments}"), outcomes: row.outcomes }),
        }
    }
    merged
}

fn diagram(start: &str, rows: &[Row]) -> String {
    // Reasons of a failure and facts about payments are left out of the picture.
    let name = |state: &str| state.split([' ', ',']).next().unwrap_or_default().to_owned();
    let mut edges: BTreeMap<(String, String), Vec<&str>> = BTreeMap::new();
    for row in rows {
        for (action, outcome) in &row.outcomes {
            let Ok(to) = outcome else { continue };
            let verb = action.split(':').next().unwrap_or_default();
            let verbs = edges.entry((name(&row.from), name(to))).or_default();
            if to != "allowed" && !verbs.contains(&verb) {
                verbs.push(verb);
            }
        }
    }
    let mut text = format!("```mermaid\nstateDiagram-v2\n    [*] --> {start}\n");
    for ((from, to), verbs) in edges.iter().filter(|(_, verbs)| !verbs.is_empty()) {
        writeln!(text, "    {from} --> {to}: {}", verbs.join(", ")).unwrap();
    }
    text + "```\n"
}

#[test]
fn states_are_documented_as_they_are() {
    let (requests, agreements, milestones, refunds) = (request_table(), agreement_table(), milestone_table(), refund_table());
    let (disputes, payouts) = (dispute_table(), payout_table());
    let text = format!(
        "# States\n\n\
        Generated from the transition functions in `settlement/src/payment_request.rs`, `settlement/src/agreement/state.rs`, `settlement/src/milestone/`, \
        `settlement/src/refund.rs`, `settlement/src/dispute.rs` and `settlement/src/payout_change.rs`; a test compares, \
        `UPDATE=1 cargo test -p settlement states` writes.\n\n\
        ## Payment request\n\n\
        A live request is `signed` or `submitted`. `verify` needs a proof, which only `settlement::verify` makes; it leads to `router_verified` from every other \
        state, because money that moved is never stranded. `reorg` is the chain taking the event of a verified payment away.\n\n{}\n{}\n\
        ## Agreement\n\n\
        In URLs and JSON it is called a contract. What its payments say decides along with its state; the last two columns are whether the buyer may ask for a \
        payload of the whole or an instalment, which changes no state.\n\n{}\n{}\n\
        ## Milestone\n\n\
        What the plan, the agreement and its payments say decides along with the state of the milestone; the last three columns change no state. Buyer-made \
        milestones start `active`, those of the seller `proposed`.\n\n{}\n{}\n\
        ## Plan of milestones\n\n\
        The agreement is in progress and nothing is paid or asked for. A plan is `final` from the moment the buyer finalises it. Beside what the table says, \
        that is refused while a payload for the agreement as a whole, or an instalment of it, can still be paid.\n\n{}\n\
        ## Refund request\n\n\
        What is `pending`, `approved` or `settled` is reserved of what the payment paid. `approved` is shown as `awaiting_seller_settlement`: nothing has come back \
        yet. `settle` needs a proof, which only `settlement::refund::verify_refund` makes; `reorg` is the chain taking the event of a settled refund away. `sign \
        again` gives a seller that was too late a fresh payload under the same nonce. What was signed can be cancelled only when it is dead: its deadline lies \
        before a final block, or the operator has cancelled its nonce, finally; and no event on the chain names it that is not what was signed.\n\n{}\n{}\n\
        ## Dispute\n\n\
        Opened by either party once a payment is verified, one at a time. *Opener* is who opened it, *other* the other party; to agree is to propose the same. \
        The evaluator\'s view is recorded and binds nobody. A dispute moves no money: where both agree on a refund, a refund request does.\n\n{}\n{}\n\
        ## Payout change\n\n\
        The seller asks, the buyer decides; one waits and one is in force at a time. What was signed before keeps its payee.\n\n{}\n{}",
        diagram("signed", &requests),
        table(&requests),
        diagram("in_progress", &agreements),
        table(&merged(agreements)),
        diagram("proposed", &milestones),
        table(&merged(milestones)),
        table(&plan_table()),
        diagram("pending", &refunds),
        table(&refunds),
        diagram("open", &disputes),
        table(&disputes),
        diagram("requested", &payouts),
        table(&payouts),
    );
    compare("docs/STATES.md", &text);
}
