use axum::http::Method;
use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::object::Name;
use serde_json::{Value, json};
use settlement::receipt::Receipt;

use crate::testing::{Actor, Answer, TestApp};
use crate::view::documented::assert_documented;
use crate::view::receipt::ReceiptBody;

/// A paid request, where its links are, and a first one.
async fn linked(app: &TestApp) -> (String, String, Value) {
    let request = app.request().await;
    app.pay(&request).await;
    let links = format!("/api/agent/receipts/rcpt_{request}/links");
    let made = make(app, &links, &app.seller, json!({ "label": "for the accountant" })).await.expect(201);
    (request, links, made["link"].clone())
}

async fn make(app: &TestApp, links: &str, actor: &Actor, body: Value) -> Answer {
    app.post(links).bearer(actor).json(body).send().await
}

fn page(link: &Value) -> String {
    link["url"].as_str().unwrap().strip_prefix("https://pay.example").unwrap().to_owned()
}

#[tokio::test]
async fn i11_a_link_shows_one_receipt_until_it_is_revoked_or_ends() {
    let app = TestApp::new().await;
    let (request, links, link) = linked(&app).await;
    let shown = app.get(&page(&link)).send().await.expect(200);
    assert_eq!(shown.header("x-robots-tag"), Some("noindex, nofollow, noarchive"));
    assert_eq!((shown.header("cache-control"), shown.header("referrer-policy")), (Some("private, no-cache"), Some("no-referrer")));
    assert!(shown.text().contains(&format!("rcpt_{request}")) && shown.text().contains("name=\"robots\" content=\"noindex"));
    let mut own = app.get(&format!("/api/agent/receipts/rcpt_{request}")).bearer(&app.buyer).send().await.expect(200).json().clone();
    own["receipt"]["proof"]["terms"] = Value::Null;
    let public = app.get(&page(&link)).header("accept", "application/json").send().await.expect(200);
    assert_eq!(*public.json(), own, "the receipt and nothing else");
    assert_documented::<ReceiptBody>(public.json());

    let brief = make(&app, &links, &app.buyer, json!({ "expiresInDays": 2 })).await.expect(201)["link"].clone();
    app.get(&page(&brief)).send().await.expect(200);
    app.clock.advance_s(2 * 86_400);
    let closed = app.get(&page(&brief)).send().await.expect(404);
    assert!(closed.text().contains("This link opens nothing"), "{}", closed.text());
    assert_eq!(closed.header("x-robots-tag"), Some("noindex, nofollow, noarchive"));

    let one = format!("{links}/{}", link["id"].as_str().unwrap());
    let revoked = app.delete(&one).bearer(&app.buyer).send().await.expect(200);
    assert_eq!((&revoked["link"]["isOpen"], &revoked["link"]["url"]), (&json!(false), &Value::Null));
    for format in ["json", "pdf"] {
        app.get(&format!("{}?format={format}", page(&link))).send().await.problem(404, "not_found");
    }
    app.get(&page(&link)).send().await.expect(404);
    app.delete(&one).bearer(&app.buyer).send().await.problem(404, "not_found");
}

#[tokio::test]
async fn i11_no_other_text_opens_anything_and_all_are_answered_alike() {
    let app = TestApp::new().await;
    let (request, _, link) = linked(&app).await;
    let token = page(&link).rsplit('/').next().unwrap().to_owned();
    let flipped = format!("{}{}", &token[..31], if token.ends_with('0') { '1' } else { '0' });
    let wrong = [
        flipped,
        token.to_uppercase(),
        token[..31].to_owned(),
        format!("{token}0"),
        "0".repeat(32),
        request.clone(),
        format!("rcpt_{request}"),
        "%27--".to_owned(),
    ];
    let mut bodies = std::collections::BTreeSet::new();
    for text in wrong.iter().filter(|text| **text != token) {
        bodies.insert(app.get(&format!("/r/{text}")).send().await.expect(404).text());
    }
    assert_eq!(bodies.len(), 1);
    // A bearer token opens no page, and a page is no bearer token.
    app.get(&page(&link)).token(&token).send().await.expect(200);
    app.get("/api/agent/me").token(&token).send().await.problem(401, "unauthorized");
}

#[tokio::test]
async fn i11_the_database_has_no_token_and_no_stored_answer_either() {
    let app = TestApp::new().await;
    let (_, links, link) = linked(&app).await;
    let first = app.post(&links).bearer(&app.seller).key("link-1").json(json!({})).send().await.expect(201)["link"].clone();
    let again = app.post(&links).bearer(&app.seller).key("link-1").json(json!({})).send().await.expect(201)["link"].clone();
    assert_eq!((&again["id"], &again["url"]), (&first["id"], &Value::Null), "shown once; the list has it");
    let listed = app.get(&links).bearer(&app.buyer).send().await.expect(200);
    assert_eq!(listed["links"], json!([link, first]));
    let token = page(&first).rsplit('/').next().unwrap().to_owned();
    let file = std::fs::read(app.database.url().strip_prefix("sqlite:").unwrap()).unwrap();
    let log = std::fs::read(format!("{}-wal", app.database.url().strip_prefix("sqlite:").unwrap())).unwrap_or_default();
    for bytes in [file, log] {
        assert!(!bytes.windows(token.len()).any(|window| window == token.as_bytes()), "the token is stored");
    }
}

#[tokio::test]
async fn i11_revoking_what_printed_receipts_lead_to_gives_the_next_print_another() {
    let app = TestApp::new().await;
    let (request, links, _) = linked(&app).await;
    let print = || app.get(&format!("/api/agent/receipts/rcpt_{request}?format=html")).bearer(&app.buyer).send();
    let first = print().await.expect(200).text();
    assert_eq!(print().await.expect(200).text(), first, "one link, however often it is printed");
    let listed = app.get(&links).bearer(&app.buyer).send().await.expect(200)["links"].clone();
    let printed = listed.as_array().unwrap().iter().find(|link| link["purpose"] == "document").unwrap().clone();
    assert!(first.contains(printed["url"].as_str().unwrap()));
    app.delete(&format!("{links}/{}", printed["id"].as_str().unwrap())).bearer(&app.seller).send().await.expect(200);
    app.get(&page(&printed)).send().await.expect(404);
    let second = print().await.expect(200).text();
    assert!(second != first && !second.contains(printed["url"].as_str().unwrap()));
}

#[tokio::test]
async fn i11_only_a_party_opens_a_page_to_the_public_by_printing() {
    let app = TestApp::new().await;
    let request = app.request().await;
    app.pay(&request).await;
    let (receipt, links) = (format!("/api/agent/receipts/rcpt_{request}"), format!("/api/agent/receipts/rcpt_{request}/links"));
    let open = async || app.get(&links).bearer(&app.seller).send().await.expect(200)["links"].as_array().unwrap().len();
    let print = async |actor: &Actor| app.get(&format!("{receipt}?format=html")).bearer(actor).send().await.expect(200).text();
    let before = print(&app.evaluator).await;
    app.get(&format!("{receipt}?format=pdf")).bearer(&app.evaluator).send().await.expect(200);
    assert!(!before.contains("/r/") && !before.contains("<svg"), "{before}");
    assert_eq!(open().await, 0);
    assert!(print(&app.seller).await.contains("https://pay.example/r/"));
    assert_eq!(open().await, 1);
    assert_eq!(print(&app.evaluator).await, before, "nor is a party's link shown to others");
}

#[tokio::test]
async fn i11_what_was_agreed_is_on_no_public_page() {
    let app = TestApp::new().await;
    let body = app.signed("described", |terms| {
        terms["description"] = json!("the secret recipe");
        terms["acceptanceCriteria"] = json!(["tastes like the secret recipe"]);
    });
    let contract = app.post("/api/agent/contracts/import").bearer(&app.buyer).json(body).send().await.expect(201);
    let requests = format!("/api/agent/contracts/{}/crypto-payment-requests", contract["contract"]["id"].as_str().unwrap());
    let request = app.post(&requests).bearer(&app.buyer).json(app.wanted()).send().await.expect(201);
    let request = request["paymentRequest"]["id"].as_str().unwrap().to_owned();
    app.pay(&request).await;
    let receipt = format!("/api/agent/receipts/rcpt_{request}");
    let own = app.get(&receipt).bearer(&app.seller).send().await.expect(200);
    assert!(own.text().contains("the secret recipe"), "the parties have all of it");
    let link = make(&app, &format!("{receipt}/links"), &app.seller, json!({})).await.expect(201)["link"].clone();
    for reorged in [false, true] {
        if reorged {
            app.reorg(&request).await;
        }
        for format in ["json", "html", "pdf"] {
            let answer = app.get(&format!("{}?format={format}", page(&link))).send().await;
            let shown = if format == "pdf" { attached(&answer.bytes) } else { answer.text() };
            assert!(!shown.contains("secret"), "{format}: {shown}");
            if format != "html" && !reorged {
                let claim = Receipt::parse(&shown).unwrap();
                assert!(claim.terms.is_none() && claim.issuer == app.signer, "{format}");
            }
        }
    }
}

/// The file inside a PDF.
fn attached(pdf: &[u8]) -> String {
    let pdf = Pdf::new(pdf.to_vec()).unwrap();
    let streams = pdf.objects().into_iter().filter_map(|object| object.into_stream());
    let file = streams.into_iter().find(|stream| stream.dict().get::<Name<'_>>(b"Type").is_some_and(|name| &*name == b"EmbeddedFile")).unwrap();
    String::from_utf8(file.decoded().unwrap().into_owned()).unwrap()
}

#[tokio::test]
async fn a_link_is_made_for_what_is_paid_within_limits() {
    let app = TestApp::new().await;
    let request = app.request().await;
    let links = format!("/api/agent/receipts/rcpt_{request}/links");
    make(&app, &links, &app.seller, json!({})).await.problem(404, "receipt_not_issued");
    app.pay(&request).await;
    for (body, field) in [
        (json!({ "expiresInDays": 0 }), "expiresInDays"),
        (json!({ "expiresInDays": 3_661 }), "expiresInDays"),
        (json!({ "label": "" }), "label"),
        (json!({ "label": "a\u{202e}b" }), "label"),
        (json!({ "label": "x".repeat(81) }), "label"),
    ] {
        let refused = make(&app, &links, &app.seller, body).await.problem(422, "invalid_field");
        assert_eq!(refused["field"], field);
    }
    for n in 0..50 {
        make(&app, &links, if n % 2 == 0 { &app.buyer } else { &app.seller }, json!({})).await.expect(201);
    }
    make(&app, &links, &app.seller, json!({})).await.problem(409, "limit_reached");
    let other = app.call(Method::DELETE, &format!("{links}/rl_7ZZZZZZZZZZZZZZZZZZZZZZZZZ")).bearer(&app.seller).send().await;
    other.problem(404, "not_found");
}

#[tokio::test]
async fn making_and_revoking_links_without_end_leaves_the_last_of_them() {
    let app = TestApp::new().await;
    let (_, links, first) = linked(&app).await;
    let mut made = Vec::new();
    for _ in 0..53 {
        app.clock.advance_s(1);
        let link = make(&app, &links, &app.seller, json!({})).await.expect(201)["link"]["id"].as_str().unwrap().to_owned();
        app.delete(&format!("{links}/{link}")).bearer(&app.seller).send().await.expect(200);
        made.push(link);
    }
    let last = make(&app, &links, &app.buyer, json!({})).await.expect(201)["link"]["id"].clone();
    let listed = app.get(&links).bearer(&app.buyer).send().await.expect(200)["links"].clone();
    let ids: Vec<&Value> = listed.as_array().unwrap().iter().map(|link| &link["id"]).collect();
    let mut expected = vec![first["id"].clone()];
    expected.extend(made[3..].iter().map(|id| json!(id)));
    expected.push(last);
    assert_eq!(ids, expected.iter().collect::<Vec<_>>(), "what is open stays, of what is closed the last 50");
    app.get(&page(&first)).send().await.expect(200);
}

#[tokio::test]
async fn i16_the_log_says_whose_receipt_a_link_shows_and_who_drew_a_printed_one() {
    let app = TestApp::new().await;
    let (request, links, link) = linked(&app).await;
    app.delete(&format!("{links}/{}", link["id"].as_str().unwrap())).bearer(&app.buyer).send().await.expect(200);
    app.get(&format!("/api/agent/receipts/rcpt_{request}?format=html")).bearer(&app.buyer).send().await.expect(200);
    let log = app.get("/api/admin/audit?limit=5").bearer(&app.stranger).send().await.expect(200)["entries"].clone();
    let about = |action: &str, purpose: &str| {
        let found = log.as_array().unwrap().iter().find(|entry| entry["action"] == action && entry["details"]["purpose"] == purpose);
        found.unwrap_or_else(|| panic!("{action} {purpose}: {log}"))["details"].clone()
    };
    for action in ["receipt_link.created", "receipt_link.revoked"] {
        let details = about(action, "shared");
        assert_eq!((&details["receiptId"], &details["createdBy"]), (&json!(format!("rcpt_{request}")), &json!(app.seller.profile.as_str())), "{action}");
    }
    assert_eq!(about("receipt_link.created", "document")["createdBy"], app.buyer.profile.as_str());
    let signed = log.as_array().unwrap().iter().find(|entry| entry["action"] == "receipt.signed").unwrap();
    assert_eq!(signed["details"]["signer"], app.signer.to_string());
}
