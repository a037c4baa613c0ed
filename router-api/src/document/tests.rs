//! Documents as they arrive: in every format, to the eye and to the machine.

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::object::Name;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};
use serde_json::{Value, json};
use settlement::receipt::{Receipt, Reference};

use crate::testing::{Answer, TestApp};

const HOSTILE: &str = "<script>alert(1)</script>\u{202e}fdp.exe\u{200b} & \"Ünïcode\" 翻訳 مرحبا";

/// An agreement with this title, paid. Returns contract and request.
async fn paid_for(app: &TestApp, title: &str) -> (String, String) {
    let body = app.signed("titled", |terms| terms["title"] = json!(title));
    let contract = app.post("/api/agent/contracts/import").bearer(&app.buyer).json(body).send().await.expect(201);
    let contract = contract["contract"]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/agent/contracts/{contract}/crypto-payment-requests");
    let request = app.post(&path).bearer(&app.buyer).json(app.wanted()).send().await.expect(201);
    let request = request["paymentRequest"]["id"].as_str().unwrap().to_owned();
    app.pay(&request).await;
    (contract, request)
}

async fn get(app: &TestApp, path: &str, format: &str) -> Answer {
    app.get(&format!("{path}?format={format}")).bearer(&app.seller).send().await
}

/// The texts of all pages, without what breaks lines.
fn text_of(pdf: &[u8]) -> String {
    let document = lopdf::Document::load_mem(pdf).unwrap();
    let pages: Vec<u32> = document.get_pages().keys().copied().collect();
    document.extract_text(&pages).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The file inside.
fn attached(pdf: &[u8]) -> Value {
    let pdf = Pdf::new(pdf.to_vec()).unwrap();
    let streams = pdf.objects().into_iter().filter_map(|object| object.into_stream());
    let embedded = streams.filter(|stream| stream.dict().get::<Name<'_>>(b"Type").is_some_and(|name| &*name == b"EmbeddedFile"));
    let files: Vec<Value> = embedded.map(|stream| serde_json::from_slice(&stream.decoded().unwrap()).unwrap()).collect();
    assert_eq!(files.len(), 1);
    files.into_iter().next().unwrap()
}

/// What a camera reads from the printed pages.
fn scanned(pdf: &[u8]) -> Vec<String> {
    let pdf = Pdf::new(pdf.to_vec()).unwrap();
    let (cache, scale) = (RenderCache::new(), PixmapSettings { x_scale: 3.0, y_scale: 3.0, bg_color: WHITE });
    let mut found = Vec::new();
    for page in pdf.pages().iter() {
        let drawn = render(page, &cache, &InterpreterSettings::default(), &RenderSettings::default(), &scale);
        let (width, height) = (usize::from(drawn.width()), usize::from(drawn.height()));
        let pixels = drawn.data();
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| pixels[y * width + x].g);
        found.extend(image.detect_grids().iter().map(|grid| grid.decode().unwrap().1));
    }
    found
}

/// The text inside the code of a page, which is drawn as a path.
fn scanned_from(html: &str) -> String {
    let after = |name: &str| html.split_once(name).and_then(|(_, rest)| rest.split_once('"')).map(|(value, _)| value).unwrap();
    let side: usize = after("viewBox=\"0 0 ").split_once(' ').unwrap().0.parse().unwrap();
    let mut dark = vec![false; side * side];
    for run in after("<path d=\"").split('M').filter(|run| !run.is_empty()) {
        let numbers: Vec<usize> = run.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect();
        dark[numbers[1] * side + numbers[0]..][..numbers[2]].fill(true);
    }
    let pixel = |x: usize, y: usize| if dark[(y / 4) * side + x / 4] { 0 } else { 255 };
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(side * 4, side * 4, pixel);
    image.detect_grids()[0].decode().unwrap().1
}

#[tokio::test]
async fn a_receipt_is_json_page_and_pdf_and_each_says_the_same() {
    let app = TestApp::new().await;
    let (_, request) = paid_for(&app, "Translate the manual into German").await;
    let path = format!("/api/agent/receipts/rcpt_{request}");
    let json = get(&app, &path, "json").await.expect(200);
    let html = get(&app, &path, "html").await.expect(200);
    let pdf = get(&app, &path, "pdf").await.expect(200);
    let types = [(&json, "application/json", "json"), (&html, "text/html; charset=utf-8", "html"), (&pdf, "application/pdf", "pdf")];
    for (answer, content_type, extension) in types {
        assert_eq!(answer.header("content-type"), Some(content_type));
        assert_eq!(answer.header("content-disposition"), Some(format!("inline; filename=\"rcpt_{request}.{extension}\"").as_str()));
        assert_eq!(answer.header("cache-control"), Some("private, no-cache"));
    }
    let (page, text) = (html.text(), text_of(&pdf.bytes));
    let receipt = &json["receipt"];
    let codes =
        ["id", "contractId", "invoiceId", "buyerWallet", "sellerWallet", "payer", "payee", "termsHash", "asset"].map(|key| receipt[key].as_str().unwrap());
    let chain = ["transactionHash", "blockHash", "requestId", "operator", "router"].map(|key| receipt["event"][key].as_str().unwrap());
    let proof = ["signer", "digest"].map(|key| receipt["attestation"][key].as_str().unwrap());
    let words = ["12.50 ", "0.125 ", "12.625 ", "Translate the manual into German", "Paid and final", "2 blocks deep", "both wallets signed the terms"];
    for value in codes.iter().chain(&chain).chain(&proof).chain(&words) {
        assert!(page.contains(value), "the page lacks {value}");
        assert!(text.contains(value), "the PDF lacks {value}: {text}");
    }
    assert_eq!(attached(&pdf.bytes), *receipt, "the PDF carries the receipt itself");
    assert!(Receipt::parse(&attached(&pdf.bytes).to_string()).is_ok());
}

#[tokio::test]
async fn the_code_leads_to_the_public_page_and_says_where_the_payment_stands() {
    let app = TestApp::new().await;
    let (_, request) = paid_for(&app, "Translate the manual").await;
    let path = format!("/api/agent/receipts/rcpt_{request}");
    let receipt = get(&app, &path, "json").await.expect(200);
    let html = scanned_from(&get(&app, &path, "html").await.expect(200).text());
    let pdf = scanned(&get(&app, &path, "pdf").await.expect(200).bytes);
    assert_eq!(pdf, std::slice::from_ref(&html), "one code, on paper and on the screen");
    let (url, reference) = html.split_once('#').unwrap();
    let reference: Reference = reference.parse().unwrap();
    let event = &receipt["receipt"]["event"];
    assert_eq!((json!(reference.chain_id), json!(reference.log_index)), (event["chainId"].clone(), event["logIndex"].clone()));
    assert_eq!((json!(reference.tx_hash), json!(reference.request_id)), (event["transactionHash"].clone(), event["requestId"].clone()));
    let page = url.strip_prefix("https://pay.example").unwrap();
    let shown = app.get(page).send().await.expect(200);
    assert_eq!(scanned_from(&shown.text()), html, "the public page has the same code");
    let mut expected = receipt.json().clone();
    expected["receipt"]["proof"]["terms"] = Value::Null;
    assert_eq!(*app.get(&format!("{page}?format=json")).send().await.expect(200).json(), expected);
    assert_eq!(scanned(&app.get(&format!("{page}?format=pdf")).send().await.expect(200).bytes), [html]);
}

#[tokio::test]
async fn the_same_document_is_the_same_bytes_and_is_not_sent_twice() {
    let app = TestApp::new().await;
    let (contract, request) = paid_for(&app, "Translate the manual").await;
    for path in [format!("/api/agent/receipts/rcpt_{request}"), format!("/api/agent/invoices/inv_{contract}")] {
        for format in ["json", "html", "pdf"] {
            let first = get(&app, &path, format).await.expect(200);
            app.clock.advance_s(3_600);
            let again = get(&app, &path, format).await.expect(200);
            assert!(first.bytes == again.bytes, "{path} {format}");
            let tag = first.header("etag").unwrap().to_owned();
            for known in [tag.clone(), format!("\"x\", W/{tag}"), "*".to_owned()] {
                let call = app.get(&format!("{path}?format={format}")).bearer(&app.seller).header("if-none-match", &known);
                let unchanged = call.send().await.expect(304);
                assert!(unchanged.bytes.is_empty() && unchanged.header("etag") == Some(&tag));
            }
            let changed = app.get(&format!("{path}?format={format}")).bearer(&app.seller).header("if-none-match", "\"x\"").send().await;
            assert!(changed.expect(200).bytes == first.bytes);
        }
    }
}

#[tokio::test]
async fn i13_the_accept_header_chooses_and_what_is_not_there_is_406() {
    let app = TestApp::new().await;
    let (contract, request) = paid_for(&app, "Translate the manual").await;
    for path in [format!("/api/agent/receipts/rcpt_{request}"), format!("/api/agent/invoices/inv_{contract}")] {
        let asked = |accept: &str| app.get(&path).bearer(&app.buyer).header("accept", accept).send();
        for (accept, content_type) in [
            ("application/pdf", "application/pdf"),
            ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html; charset=utf-8"),
            ("*/*", "application/json"),
            ("text/html;q=0.1, application/json;q=0.2", "application/json"),
        ] {
            assert_eq!(asked(accept).await.expect(200).header("content-type"), Some(content_type), "{accept}");
        }
        asked("image/png").await.problem(406, "not_acceptable");
        for format in ["PDF", "xml", ""] {
            get(&app, &path, format).await.problem(406, "not_acceptable");
        }
        app.get(&format!("{path}?fromat=pdf")).bearer(&app.buyer).send().await.problem(400, "malformed_request");
    }
}

#[tokio::test]
async fn i06_i07_a_hostile_title_is_text_and_nothing_else() {
    let app = TestApp::new().await;
    let (contract, request) = paid_for(&app, HOSTILE).await;
    for path in [format!("/api/agent/receipts/rcpt_{request}"), format!("/api/agent/invoices/inv_{contract}")] {
        let page = get(&app, &path, "html").await.expect(200);
        let policy = page.header("content-security-policy").unwrap().to_owned();
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-") && !policy.contains("unsafe"), "{policy}");
        let text = page.text();
        assert!(!text.contains("<script") && !text.contains(" style=") && !text.contains("javascript:") && !text.contains("http-equiv"));
        assert!(text.contains("&lt;script&gt;alert(1)&lt;/script&gt;[U+202E]fdp.exe[U+200B] &amp; &quot;Ünïcode&quot; 翻訳 مرحبا"), "{text}");
        assert!(!text.contains('\u{202e}') && !text.contains('\u{200b}'));
        // Without spaces, because lines may break anywhere in a word as long as that.
        let shown = text_of(&get(&app, &path, "pdf").await.expect(200).bytes).replace(' ', "");
        assert!(shown.contains("<script>alert(1)</script>[U+202E]fdp.exe[U+200B]&\"Ünïcode\"翻訳"), "{shown}");
    }
}

#[tokio::test]
async fn i07_the_policy_allows_the_style_that_is_in_the_page_and_no_other() {
    use base64::Engine;
    use sha2::Digest;
    let app = TestApp::new().await;
    let page = get(&app, &format!("/api/agent/invoices/inv_{}", app.seeded.agreement), "html").await.expect(200);
    let text = page.text();
    let styles: Vec<&str> = text.split("<style>").skip(1).map(|rest| rest.split_once("</style>").unwrap().0).collect();
    assert_eq!(styles.len(), 1);
    let hash = base64::prelude::BASE64_STANDARD.encode(sha2::Sha256::digest(styles[0].as_bytes()));
    assert!(page.header("content-security-policy").unwrap().contains(&format!("style-src 'sha256-{hash}';")));
    for fetched in ["<link", "<img", "<iframe", "url(", "@import", "src="] {
        assert!(!text.contains(fetched), "{fetched}");
    }
}

#[tokio::test]
async fn b01_a_revoked_receipt_says_so_on_page_pdf_and_invoice() {
    let app = TestApp::new().await;
    let (contract, request) = paid_for(&app, "Translate the manual").await;
    let path = format!("/api/agent/receipts/rcpt_{request}");
    let printed = scanned_from(&get(&app, &path, "html").await.expect(200).text());
    app.clock.advance_s(60);
    app.reorg(&request).await;
    let at = "2023-11-14 22:14:20 UTC";
    let page = get(&app, &path, "html").await.expect(410).text();
    let paper = text_of(&get(&app, &path, "pdf").await.expect(410).bytes);
    let public = printed.split_once('#').unwrap().0.strip_prefix("https://pay.example").unwrap().to_owned();
    let public_page = app.get(&public).send().await.expect(410).text();
    for text in [&page, &paper, &public_page] {
        assert!(text.contains("This receipt is revoked") && text.contains(at) && !text.contains("Paid and final"), "{text}");
        assert!(text.contains(&request), "it is still the one that was handed out");
    }
    app.get(&format!("{public}?format=json")).send().await.problem(410, "receipt_revoked");
    let invoice = format!("/api/agent/invoices/inv_{contract}");
    let line = get(&app, &invoice, "json").await.expect(200)["invoice"]["lines"][0].clone();
    assert_eq!((&line["receiptId"], &line["receiptRevokedAt"]), (&Value::Null, &json!("2023-11-14T22:14:20.000Z")));
    for text in [get(&app, &invoice, "html").await.expect(200).text(), text_of(&get(&app, &invoice, "pdf").await.expect(200).bytes)] {
        assert!(text.contains("A receipt was revoked") && text.contains(&format!("rcpt_{request}")) && text.contains(at), "{text}");
    }
}

#[tokio::test]
async fn b01_a_receipt_that_nobody_had_asked_for_has_nothing_to_draw_over() {
    let app = TestApp::new().await;
    let (_, request) = paid_for(&app, "Translate the manual").await;
    app.reorg(&request).await;
    for format in ["html", "pdf"] {
        get(&app, &format!("/api/agent/receipts/rcpt_{request}"), format).await.problem(410, "receipt_revoked");
    }
}

#[tokio::test]
async fn an_invoice_shows_units_with_their_proofs_and_who_is_who() {
    let app = TestApp::new().await;
    let request = app.request().await;
    app.pay(&request).await;
    let path = format!("/api/agent/invoices/inv_{}", app.seeded.agreement);
    let invoice = get(&app, &path, "json").await.expect(200)["invoice"].clone();
    assert_eq!((&invoice["buyer"]["displayName"], &invoice["seller"]["displayName"]), (&json!("Buyer"), &json!("Seller")));
    assert_eq!(invoice["feePolicy"]["bps"], 100);
    let paid = app.stored(&request).await;
    assert_eq!(invoice["lines"][0]["proof"]["requestId"], paid.signed.request_id().to_string());
    let proof = &invoice["lines"][0]["proof"];
    let transaction = proof["transactionHash"].as_str().unwrap();
    let (page, pdf) = (get(&app, &path, "html").await.expect(200).text(), get(&app, &path, "pdf").await.expect(200));
    for value in ["1.00 %", "12.625", transaction, &format!("rcpt_{request}"), "The whole agreement", "attested by the marketplace"] {
        assert!(page.contains(value) && text_of(&pdf.bytes).contains(value), "{value}");
    }
    assert_eq!(attached(&pdf.bytes)["invoice"], invoice);
}

#[tokio::test]
async fn g06_g08_what_came_back_stands_beside_the_receipt_and_not_in_it() {
    let app = TestApp::new().await;
    let request = app.request().await;
    app.pay(&request).await;
    let path = format!("/api/agent/receipts/rcpt_{request}");
    let before = get(&app, &path, "json").await.expect(200);
    assert_eq!(before["refunds"], json!([]));
    let refund = app.refund("2500000").await;
    app.respond(&refund, &app.seller, "approve").await.expect(200);
    app.see_refund(&refund).await;
    app.finalise_refund(&refund).await;
    let after = get(&app, &path, "json").await.expect(200);
    assert_eq!(after["receipt"], before["receipt"], "what was signed is what was paid");
    let shown = &after["refunds"][0];
    assert_eq!((&shown["refundRequestId"], &shown["amountAtomic"], &shown["fee"]), (&json!(refund), &json!("2500000"), &json!("platform_fee_not_refundable")));
    let invoice_path = format!("/api/agent/invoices/inv_{}", app.seeded.agreement);
    let invoice = get(&app, &invoice_path, "json").await.expect(200)["invoice"].clone();
    assert_eq!((&invoice["refundedAmountAtomic"], &invoice["paidAmountAtomic"], &invoice["refunds"][0]), (&json!("2500000"), &json!("12500000"), shown));
    for path in [&path, &invoice_path] {
        let (page, pdf) = (get(&app, path, "html").await.expect(200).text(), get(&app, path, "pdf").await.expect(200));
        for text in [page, text_of(&pdf.bytes)] {
            assert!(text.to_uppercase().contains("PAID BACK SO FAR") && text.contains("2.50 ") && text.contains(shown["transactionHash"].as_str().unwrap()));
        }
    }
}
