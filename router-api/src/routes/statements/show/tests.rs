use alloy_primitives::U256;
use serde_json::{Value, json};
use settlement::ledger::{Account, AccountKind, Posting, Side};
use settlement::money::Amount;
use store::Engine;

use crate::testing::{Answer, TestApp};

const PATH: &str = "/api/agent/statements";

/// A request that was paid, and the application.
async fn paid() -> (TestApp, String) {
    let app = TestApp::new().await;
    app.start_chain().await;
    let id = app.request().await;
    app.pay(&id).await;
    (app, id)
}

async fn statement(app: &TestApp, query: &str) -> Answer {
    app.get(&format!("{PATH}{query}")).bearer(&app.seller).send().await.expect(200)
}

#[tokio::test]
async fn the_three_formats_say_the_same() {
    let (app, id) = paid().await;
    let json = statement(&app, "").await;
    let account = &json["accounts"][0];
    assert_eq!((&account["account"], &account["openingAtomic"], &account["closingAtomic"]), (&json!("seller_proceeds"), &json!("0"), &json!("12500000")));
    let line = &account["lines"][0];
    assert_eq!((&line["paymentRequestId"], &line["creditAtomic"], &line["debitAtomic"]), (&json!(id), &json!("12500000"), &json!("0")));
    assert_eq!((&line["externalRef"], &line["balanceAtomic"], &line["kind"]), (&json!("order-1"), &json!("12500000"), &json!("posting")));
    assert_eq!(line["booked"], "payment");

    let lines = statement(&app, "?format=jsonl").await;
    assert_eq!(lines.header("content-type"), Some("application/jsonl"));
    let rows: Vec<Value> = lines.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.iter().map(|row| row["kind"].as_str().unwrap()).collect::<Vec<_>>(), ["opening", "posting", "closing"]);
    assert_eq!((&rows[0]["booked"], &rows[2]["booked"]), (&Value::Null, &Value::Null));
    for key in ["booked", "entry", "at", "walletAddress", "creditAtomic", "balanceAtomic", "reverses"] {
        assert_eq!(rows[1][key], line[key], "{key}");
    }

    let csv = statement(&app, "?format=csv").await;
    assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8; header=present"));
    assert_eq!(csv.header("content-disposition"), Some("attachment; filename=\"statement-1970-01-01-2023-11-14.csv\""));
    let text = csv.text();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!((records.len(), text.matches("\r\n").count(), text.ends_with("\r\n")), (3, 4, true), "{text}");
    for (name, cell) in header.iter().zip(&records[1]) {
        let expected = match &rows[1][name] {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        assert_eq!(cell, expected, "{name}");
    }
}

#[tokio::test]
async fn i13_the_accept_header_chooses_where_no_format_is_named() {
    let (app, _) = paid().await;
    let ask = async |query: &str, accept: &str| app.get(&format!("{PATH}{query}")).bearer(&app.seller).header("accept", accept).send().await;
    for (query, accept, expected) in [
        ("", "text/csv", "text/csv; charset=utf-8; header=present"),
        ("", "application/jsonl", "application/jsonl"),
        ("", "application/json;q=0.5, text/csv", "text/csv; charset=utf-8; header=present"),
        ("", "*/*", "application/json"),
        ("?format=json", "text/csv", "application/json"),
    ] {
        assert_eq!(ask(query, accept).await.expect(200).header("content-type"), Some(expected), "{query} {accept}");
    }
    ask("", "image/png").await.problem(406, "not_acceptable");
    ask("", "application/problem+json").await.problem(406, "not_acceptable");
}

#[tokio::test]
async fn a_line_says_whether_it_is_a_payment_an_approval_or_what_came_back() {
    let (app, id) = paid().await;
    let refund = app.refund("2500000").await;
    app.respond(&refund, &app.seller, "approve").await.expect(200);
    app.see_refund(&refund).await;
    app.finalise_refund(&refund).await;
    app.clock.advance_s(86_400);
    let mut tx = app.store.begin().await.unwrap();
    assert!(tx.reverse(&id.parse().unwrap(), app.now()).await.unwrap());
    tx.commit().await.unwrap();
    let text = statement(&app, "?format=jsonl&to=2024-01-01").await.text();
    let rows: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |account: &str| -> std::collections::BTreeSet<(&str, &str, Option<&str>)> {
        let rows = rows.iter().filter(|row| row["account"] == account && row["kind"] != "opening" && row["kind"] != "closing");
        rows.map(|row| (row["kind"].as_str().unwrap(), row["booked"].as_str().unwrap(), row["balanceAtomic"].as_str().filter(|b| b.starts_with('-')))).collect()
    };
    assert_eq!(of("refund_due").iter().map(|(kind, booked, _)| (*kind, *booked)).collect::<Vec<_>>(), [("posting", "refund"), ("posting", "refund_due")]);
    let proceeds: Vec<_> = of("seller_proceeds").into_iter().filter(|line| line.1 == "payment").map(|line| (line.0, line.2)).collect();
    assert_eq!(proceeds, [("posting", None), ("reversal", Some("-2500000"))], "more has gone back than is left");
    // And the same number in the file for a spreadsheet.
    let csv = statement(&app, "?format=csv&to=2024-01-01").await.text();
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let place = |header: &csv::StringRecord, name: &str| header.iter().position(|column| column == name).unwrap();
    let header = reader.headers().unwrap().clone();
    let (kind, balance) = (place(&header, "kind"), place(&header, "balanceAtomic"));
    let reversed: Vec<String> = reader.records().map(Result::unwrap).filter(|record| &record[kind] == "reversal").map(|r| r[balance].to_owned()).collect();
    assert_eq!(reversed, ["-2500000"]);
}

#[tokio::test]
async fn k05_nothing_moved_is_a_statement_too() {
    let app = TestApp::new().await;
    let empty = statement(&app, "?from=2023-01-01&to=2023-02-01").await;
    assert_eq!(empty["accounts"], json!([]));
    assert_eq!((&empty["from"], &empty["to"]), (&json!("2023-01-01T00:00:00.000Z"), &json!("2023-02-01T00:00:00.000Z")));
    assert_eq!(statement(&app, "?format=jsonl").await.text(), "");
    assert_eq!(statement(&app, "?format=csv").await.text().lines().count(), 1, "the header");
    let (app, _) = paid().await;
    let before = statement(&app, "?to=2001-01-01&format=jsonl").await.text();
    assert_eq!(before, "", "an account that was not there yet has no rows");
    let after = statement(&app, "?from=2023-11-15&to=2023-12-01").await;
    assert_eq!((&after["accounts"][0]["openingAtomic"], &after["accounts"][0]["lines"]), (&json!("12500000"), &json!([])));
    assert_eq!(after["accounts"][0]["closingAtomic"], "12500000");
}

#[tokio::test]
async fn a_reversal_is_shown_and_names_what_it_takes_back() {
    let (app, id) = paid().await;
    app.clock.advance_s(60);
    let mut tx = app.store.begin().await.unwrap();
    tx.reverse(&id.parse().unwrap(), app.now()).await.unwrap();
    tx.commit().await.unwrap();
    let json = statement(&app, "").await;
    let lines = json["accounts"][0]["lines"].as_array().unwrap();
    assert_eq!(lines.len(), 2);
    assert_eq!((&lines[1]["kind"], &lines[1]["reverses"], &lines[1]["balanceAtomic"]), (&json!("reversal"), &lines[0]["entry"], &json!("0")));
    assert_eq!(json["accounts"][0]["closingAtomic"], "0");
}

#[tokio::test]
async fn a_line_about_a_refund_names_it() {
    let (app, _) = paid().await;
    let refund = app.refund("5000000").await;
    app.respond(&refund, &app.seller, "approve").await.expect(200);
    app.see_refund(&refund).await;
    app.finalise_refund(&refund).await;
    let json = statement(&app, "?to=2024-01-01").await;
    let lines: Vec<Value> = json["accounts"].as_array().unwrap().iter().flat_map(|account| account["lines"].as_array().unwrap().clone()).collect();
    let (payments, refunds): (Vec<&Value>, Vec<&Value>) = lines.iter().partition(|line| line["entry"].as_str().unwrap().starts_with("pr_"));
    assert!(payments.len() == 1 && !refunds.is_empty(), "{lines:#?}");
    assert_eq!(payments[0]["refundRequestId"], Value::Null);
    assert!(refunds.iter().all(|line| line["refundRequestId"] == json!(refund)), "{refunds:#?}");
    let csv = statement(&app, "?format=csv&to=2024-01-01").await.text();
    assert_eq!((csv.lines().next().unwrap().matches("refundRequestId").count(), csv.matches(&refund).count() >= 1), (1, true));
}

#[tokio::test]
async fn everybody_sees_their_own_side_and_nobody_elses() {
    let (app, _) = paid().await;
    let buyer = app.get(PATH).bearer(&app.buyer).send().await.expect(200);
    assert_eq!((&buyer["accounts"][0]["account"], &buyer["accounts"][0]["closingAtomic"]), (&json!("buyer_external"), &json!("12625000")));
    assert_eq!(buyer["accounts"].as_array().unwrap().len(), 1);
    assert_eq!(app.get(PATH).bearer(&app.stranger).send().await.expect(200)["accounts"], json!([]));
}

#[tokio::test]
async fn only_the_asset_asked_for() {
    let (app, _) = paid().await;
    assert_eq!(statement(&app, &format!("?asset={}", app.seeded.asset)).await["accounts"].as_array().unwrap().len(), 1);
    assert_eq!(statement(&app, "?asset=eip155:1/slip44:60").await["accounts"], json!([]));
}

#[tokio::test]
async fn what_cannot_be_read_is_refused() {
    let app = TestApp::new().await;
    for query in ["?format=xlsx", "?asset=USDC", "?from=yesterday", "?from=2024-01-02&to=2024-01-01", "?until=2024-01-01", "?from=2024-01-01&from=2024-01-02"] {
        app.get(&format!("{PATH}{query}")).bearer(&app.seller).send().await.problem(400, "malformed_request");
    }
}

/// The n-th of many small payments, on the seller's side and the operator's.
fn small(app: &TestApp, id: &str, n: u64) -> Vec<Posting> {
    let line = |account, side| Posting {
        agreement: app.seeded.agreement.clone(),
        request: id.parse().unwrap(),
        refund: None,
        account,
        side,
        asset: app.seeded.asset,
        amount: Amount::new(U256::from(n)),
        at: settlement::Timestamp::from_millis(app.now().as_millis() + i64::try_from(n % 7).unwrap()),
    };
    vec![line(Account::BuyerExternal(app.buyer.wallet.address()), Side::Debit), line(Account::SellerProceeds(app.seller.wallet.address()), Side::Credit)]
}

#[tokio::test]
async fn k05_many_lines_come_in_parts_and_add_up() {
    const PAYMENTS: u64 = 1_600;
    let (app, id) = paid().await;
    let mut tx = app.store.begin().await.unwrap();
    tx.reverse(&id.parse().unwrap(), app.now()).await.unwrap();
    for n in 1..=PAYMENTS {
        tx.post(&id.parse().unwrap(), &format!("block:{n}"), &small(&app, &id, n)).await.unwrap();
        tx.reverse(&id.parse().unwrap(), app.now()).await.unwrap();
    }
    tx.commit().await.unwrap();
    let text = statement(&app, "?format=jsonl&to=2024-01-01").await.text();
    let rows: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let lines = &rows[1..rows.len() - 1];
    assert_eq!(lines.len() as u64, 2 + 2 * PAYMENTS);
    let entries: std::collections::BTreeSet<&str> = lines.iter().map(|line| line["entry"].as_str().unwrap()).collect();
    assert_eq!(entries.len(), lines.len(), "each once");
    assert!(lines.windows(2).all(|pair| pair[0]["at"].as_str() <= pair[1]["at"].as_str()), "in the order of time");
    assert_eq!((&rows[0]["balanceAtomic"], &rows[rows.len() - 1]["balanceAtomic"]), (&json!("0"), &json!("0")));
    assert_eq!(lines[lines.len() - 1]["balanceAtomic"], "0", "the last line leaves what the statement closes with");
}

/// What this process has in memory, in KiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

async fn a_million_lines(engine: Engine, format: &str) {
    const LINES: u32 = 1_000_000;
    // A statement that was held as a whole would take several hundred MiB.
    const MOST_KIB: u64 = 32 * 1_024;
    let app = TestApp::on(engine).await;
    app.start_chain().await;
    let id = app.request().await;
    app.pay(&id).await;
    assert_eq!(app.database.repeat_postings(AccountKind::SellerProceeds, LINES - 1).await, u64::from(LINES - 1));
    let began = std::time::Instant::now();
    let mut rest = app.get(&format!("{PATH}?format={format}&to=2024-01-01")).bearer(&app.seller).stream().await;
    let (mut parts, mut bytes, mut lines, mut before, mut most) = (0_u64, 0, 0, 0, 0);
    while let Some(part) = rest.next().await {
        parts += 1;
        bytes += part.len();
        lines += part.matches("\"posting\"").count() + part.matches(",posting,").count();
        match parts {
            0..20 => {}
            20 => before = resident(),
            _ => most = most.max(resident()),
        }
    }
    assert_eq!(lines, usize::try_from(LINES).unwrap(), "every line once");
    let grown = most.saturating_sub(before);
    println!("{format} on {engine:?}: {lines} lines, {bytes} bytes in {parts} parts, {:?}; memory grew by {grown} KiB", began.elapsed());
    assert!(grown < MOST_KIB, "memory grew by {grown} KiB over {bytes} bytes");
}

#[tokio::test]
#[ignore = "takes minutes: .ci/nightly api"]
async fn k05_a_million_lines_are_written_in_bounded_memory() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        for format in ["json", "jsonl", "csv"] {
            a_million_lines(engine, format).await;
        }
    }
}
