//! Whatever is sent: what reads it never panics, and reads nothing as something else. Amounts, ids, assets and addresses are tried in
//! `settlement/tests/it/parsers.rs`, whole requests in `anvil-tests/tests/api_contract/main.rs`. `PROPTEST_CASES` asks for more cases than with every change.

use alloy_primitives::Address;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use proptest::prelude::*;
use serde_json::Value;
use store::{Engine, PageKey};

use crate::extract::{Page, read_cursor, sent_key, write_cursor};
use crate::limits::{Network, Peer};
use crate::problem::Problem;
use crate::routes::contracts::import::ImportContract;
use crate::siwe::{MAX_AGE, Message};
use crate::testing::TestApp;
use crate::testing::document::operations;

/// What has hurt parsers before.
const NASTY: &[&str] = &[
    "",
    " ",
    "\0",
    "\u{feff}",
    "\u{202e}",
    "\u{200b}",
    "\r\n",
    "\n",
    "%00",
    "%0d%0a",
    "..%2f..%2f",
    "'",
    "\"",
    "\\",
    "' OR 1=1--",
    "$where",
    "{{7*7}}",
    "${jndi:ldap://a}",
    "<script>",
    "=1+1",
    "NaN",
    "Infinity",
    "-0",
    "1e400",
    "0x",
    "١٢٣",
    "𝟙",
    "ﬀ",
    "İ",
    "\u{10ffff}",
    "null",
    "undefined",
    "[]",
    "{}",
    "[[[[[[[[[[[[[[[[[[",
    "18446744073709551616",
    "9999-12-31T23:59:59.999999999Z",
    "-0001-01-01T00:00:00Z",
    "2023-02-29T00:00:00Z",
    "eip155:1",
    "cf_",
    "A\u{0301}",
];

fn nasty() -> impl Strategy<Value = String> {
    prop_oneof![prop::sample::select(NASTY).prop_map(str::to_owned), any::<String>(), "\\PC{0,40}", "[ -~]{0,60}"]
}

/// A text that was right, with something nasty in the place of a part of it.
fn spoilt(text: String) -> impl Strategy<Value = String> {
    (any::<prop::sample::Index>(), any::<prop::sample::Index>(), nasty()).prop_map(move |(from, to, inserted)| {
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let (a, b) = (*from.get(&places), *to.get(&places));
        format!("{}{inserted}{}", &text[..a.min(b)], &text[a.max(b)..])
    })
}

/// The lines of a message by EIP-4361 and what they mean.
fn message() -> impl Strategy<Value = (String, Address, u64, String)> {
    let statement = prop::option::of("[ A-Za-z0-9.,!?()'*;:@&=+$#/_~-]{1,80}");
    let tail = prop::sample::select(vec![
        "",
        "\nExpiration Time: 2023-11-14T22:18:20Z",
        "\nNot Before: 2023-11-14T22:00:00.5+01:00\nRequest ID: a%20b",
        "\nResources:\n- https://pay.example/terms\n- ipfs://bafy",
    ]);
    (any::<[u8; 20]>(), 1u64.., "[A-Za-z0-9]{8,64}", statement, tail).prop_map(|(address, chain_id, nonce, statement, tail)| {
        let address = Address::from(address);
        let statement = statement.map_or_else(String::new, |statement| format!("{statement}\n"));
        let text = format!(
            "pay.example wants you to sign in with your Ethereum account:\n{address}\n\n{statement}\nURI: https://pay.example/\nVersion: 1\nChain ID: {chain_id}\n\
             Nonce: {nonce}\nIssued At: 2023-11-14T22:13:20.000Z{tail}"
        );
        (text, address, chain_id, nonce)
    })
}

fn import(bytes: &[u8]) -> Result<ImportContract, Problem> {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    crate::extract::parse(&headers, bytes)
}

fn example() -> String {
    operations().iter().find(|operation| operation.path.ends_with("/import")).unwrap().example_body().to_string()
}

proptest! {
    #[test]
    fn fuzz_a_message_by_the_standard_is_read_as_it_was_meant((text, address, chain_id, nonce) in message()) {
        let read = Message::parse(&text).unwrap_or_else(|error| panic!("{error}: {text:?}"));
        prop_assert_eq!((read.address, read.chain_id, read.nonce, read.domain), (address, chain_id, nonce, "pay.example".to_owned()));
    }

    #[test]
    fn fuzz_a_spoilt_message_is_refused_or_says_what_it_says(text in message().prop_flat_map(|(text, ..)| spoilt(text))) {
        if let Ok(read) = Message::parse(&text) {
            let lines: Vec<&str> = text.split('\n').collect();
            prop_assert_eq!(lines[1], read.address.to_string());
            let after = |name: &str| lines.iter().filter_map(|line| line.strip_prefix(name)).collect::<Vec<_>>();
            // A statement may look like a field; the fields come after it.
            prop_assert_eq!(after("Nonce: ").last().copied(), Some(read.nonce.as_str()));
            prop_assert_eq!(after("Chain ID: ").last().unwrap().parse(), Ok(read.chain_id));
            let _ = read.check(&"https://pay.example".parse().unwrap(), [1], read.issued_at.plus(MAX_AGE));
        }
    }

    #[test]
    fn fuzz_any_text_is_a_message_or_an_error(text in nasty()) {
        let _ = Message::parse(&text);
    }

    #[test]
    fn fuzz_a_cursor_is_one_of_ours_or_refused(text in nasty(), at: i64, id in "[a-z]{2,5}_[0-9A-HJKMNP-TV-Z]{26}") {
        if let Some(key) = read_cursor(&text) {
            prop_assert_eq!(write_cursor(&key), text.clone());
        }
        let key = PageKey { at: settlement::Timestamp::from_millis(at), id };
        let written = write_cursor(&key);
        let read = read_cursor(&written).unwrap();
        prop_assert_eq!((read.at, &read.id), (key.at, &key.id));
        let _ = Page::new(Some(&text), Some(1));
    }

    #[test]
    fn fuzz_bytes_are_a_body_or_a_refusal(bytes in prop_oneof![prop::collection::vec(any::<u8>(), 0..200), nasty().prop_map(String::into_bytes), spoilt(example()).prop_map(String::into_bytes)]) {
        if let Err(problem) = import(&bytes) {
            prop_assert!([400, 415, 422].contains(&problem.code().status().as_u16()), "{:?}", problem.code());
        }
    }

    #[test]
    fn fuzz_a_header_is_a_key_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..220), alias: bool) {
        let Ok(value) = HeaderValue::from_bytes(&bytes) else { return Ok(()) };
        let mut headers = HeaderMap::new();
        headers.insert(if alias { "x-idempotency-key" } else { "idempotency-key" }, value);
        if let Ok(Some(key)) = sent_key(&headers) {
            prop_assert_eq!(key.as_bytes(), &bytes[..]);
            prop_assert!(key.len() <= 200 && key.bytes().all(|byte| byte.is_ascii_graphic()));
        }
    }

    #[test]
    fn fuzz_no_forwarded_header_makes_a_client_of_somebody_untrusted(bytes in prop::collection::vec(any::<u8>(), 0..100), text in nasty()) {
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        for bytes in [&bytes[..], text.as_bytes()] {
            let Ok(value) = HeaderValue::from_bytes(bytes) else { continue };
            let mut headers = HeaderMap::new();
            headers.insert("x-forwarded-for", value);
            let direct = Peer("203.0.113.9".parse().unwrap());
            prop_assert_eq!(Network::of(Some(direct), &headers, &trusted), Network::of(Some(direct), &HeaderMap::new(), &trusted));
            let _ = Network::of(Some(Peer("10.0.0.1".parse().unwrap())), &headers, &trusted);
        }
    }
}

/// Requests whose every part is nasty, through the whole application: the answer is a problem or what was asked for, never a failure of ours.
#[tokio::test]
async fn i06_nasty_headers_paths_and_queries_are_answered_like_any_other() {
    let app = TestApp::new().await;
    let log = app.log();
    let names = [
        "accept",
        "authorization",
        "content-type",
        "idempotency-key",
        "x-request-id",
        "x-forwarded-for",
        "last-event-id",
        "origin",
        "cookie",
        "range",
        "if-match",
    ];
    for text in NASTY {
        let Ok(value) = HeaderValue::from_bytes(text.as_bytes()) else { continue };
        for name in names {
            let mut headers = HeaderMap::new();
            headers.insert(HeaderName::from_static(name), value.clone());
            let answer = app.patch("/api/agent/me").bearer(&app.buyer).headers(&headers).json(serde_json::json!({ "displayName": "Buyer" })).send().await;
            assert!(!answer.status.is_server_error(), "{name}: {text:?}: {}", answer.text());
        }
    }
    for text in NASTY {
        let encoded: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
        for path in
            [format!("/api/agent/contracts?status={encoded}"), format!("/api/agent/contracts?{encoded}=1"), format!("/api/agent/contracts/{encoded}/invoices")]
        {
            let answer = app.get(&path).bearer(&app.buyer).send().await;
            assert!([400, 404].contains(&answer.status.as_u16()), "{path}: {}", answer.text());
        }
        let body = serde_json::json!({ "displayName": text, "handle": text });
        let answer = app.call(Method::PATCH, "/api/agent/me").bearer(&app.buyer).json(body).send().await;
        assert!(!answer.status.is_server_error(), "{text:?}: {}", answer.text());
    }
    assert!(log.text().lines().all(|line| line.starts_with("20")), "each event is one line: {}", log.text());
    let me = app.get("/api/agent/me").bearer(&app.buyer).send().await.expect(200);
    assert!(matches!(me.json(), Value::Object(_)));
}

/// A NUL is a text that Postgres does not take: whichever parameter carries it, that is the caller's mistake.
#[tokio::test]
async fn i06_a_nul_in_any_parameter_is_no_failure_of_ours_on_either_engine() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let app = TestApp::on(engine).await;
        let mut tried = 0;
        for operation in operations().iter().filter(|operation| operation.method == Method::GET) {
            let parameters = operation.spec["parameters"].as_array().cloned().unwrap_or_default();
            let path = operation.path_with(|_| "%00".to_owned());
            let queries = parameters.iter().filter(|parameter| parameter["in"] == "query").map(|parameter| parameter["name"].as_str().unwrap().to_owned());
            for query in queries.map(|name| format!("?{name}=a%00b")).chain([String::new()]) {
                if query.is_empty() && path == operation.path {
                    continue;
                }
                let answer = app.get(&format!("{path}{query}")).bearer(&app.stranger).send().await;
                assert!(!answer.status.is_server_error(), "{path}{query}: {}", answer.text());
                tried += 1;
            }
        }
        assert!(tried > 60, "{tried}");
    }
}
