//! What a customer's accountant gets, and what remains of it when the chain changes its mind.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anvil_tests::{Engine, World, on_both_engines, program};
use serde_json::Value;
use settlement::ids::receipt_id;

on_both_engines!(b01_a_receipt_verifies_in_every_format_until_a_reorg_revokes_it_in_every_format);

/// What anybody can do who has a node.
struct Verifier {
    program: PathBuf,
    rpc: String,
}

impl Verifier {
    async fn check(&self, receipt: &str) -> (bool, String) {
        let (program, rpc, receipt) = (self.program.clone(), self.rpc.clone(), receipt.to_owned());
        let run = move || Command::new(program).args(["receipt", "verify", &receipt, "--rpc", &rpc]).output().unwrap();
        let Output { status, stdout, stderr } = tokio::task::spawn_blocking(run).await.unwrap();
        (status.success(), format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr)))
    }
}

/// A document of the seller's, as a file.
async fn saved(world: &World, path: &str, format: &str) -> (u16, PathBuf, Vec<u8>) {
    let (status, bytes) = world.seller.bytes(&format!("{path}?format={format}")).await;
    let file = world.folder().join(format!("receipt.{format}"));
    std::fs::write(&file, &bytes).unwrap();
    (status, file, bytes)
}

/// The text of the code on a page: its lines are drawn as a path of unit squares.
fn scanned(page: &str) -> String {
    let after = |name: &str| page.split_once(name).and_then(|(_, rest)| rest.split_once('"')).map(|(value, _)| value).unwrap();
    let side: usize = after("viewBox=\"0 0 ").split_once(' ').unwrap().0.parse().unwrap();
    let mut dark = vec![false; side * side];
    for run in after("<path d=\"").split('M').filter(|run| !run.is_empty()) {
        let numbers: Vec<usize> = run.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect();
        dark[numbers[1] * side + numbers[0]..][..numbers[2]].fill(true);
    }
    let pixel = |x: usize, y: usize| if dark[(y / 4) * side + x / 4] { 0 } else { 255 };
    rqrr::PreparedImage::prepare_from_greyscale(side * 4, side * 4, pixel).detect_grids()[0].decode().unwrap().1
}

fn shown(path: &Path) -> &str {
    path.to_str().unwrap()
}

async fn b01_a_receipt_verifies_in_every_format_until_a_reorg_revokes_it_in_every_format(engine: Engine) {
    let world = World::new(engine).await;
    let at = world.payable().await;
    let call = world.pay_call(&at).await;
    world.approve().await;
    world.chain.mine(1).await;
    world.send(&call).await;
    world.verified(&at).await;
    let path = format!("/api/agent/receipts/{}", receipt_id(&at.request));
    let verifier = Verifier { program: program::binary().await, rpc: world.chain.url.to_string() };

    let (_, json, _) = saved(&world, &path, "json").await;
    let (_, pdf, _) = saved(&world, &path, "pdf").await;
    let (_, _, page) = saved(&world, &path, "html").await;
    let code = scanned(&String::from_utf8(page).unwrap());
    for receipt in [shown(&json), shown(&pdf), &code] {
        let (holds, said) = verifier.check(receipt).await;
        assert!(holds && said.contains("The receipt holds."), "{receipt}: {said}");
    }
    let other = code.replace("&log=", "&log=1");
    let (holds, said) = verifier.check(&other).await;
    assert!(!holds && said.contains("code fails"), "{said}");

    world.chain.take_back(4).await;
    world.chain.mine(6).await;
    world.until_halted().await;
    world.acknowledge().await;
    world.until(&at, "submitted").await;

    for receipt in [shown(&json), shown(&pdf)] {
        let (holds, said) = verifier.check(receipt).await;
        assert!(!holds && said.contains("event fails"), "{receipt}: {said}");
    }
    let (holds, said) = verifier.check(&code).await;
    assert!(!holds && said.contains("410") && said.contains("the chain has no payment"), "{said}");
    for format in ["html", "pdf"] {
        let (status, _, bytes) = saved(&world, &path, format).await;
        assert_eq!(status, 410, "{format}");
        assert!(format == "pdf" || String::from_utf8_lossy(&bytes).contains("This receipt is revoked"));
    }
    let revoked = world.seller.get(&path).await;
    assert_eq!(revoked.problem(), (410, "receipt_revoked"));
    let listed: Value = world.seller.get(&format!("/api/agent/contracts/{}/receipts", at.contract)).await.expect(200);
    assert_eq!((listed["receipts"].as_array().unwrap().len(), &listed["revoked"][0]["receiptId"]), (0, &Value::from(receipt_id(&at.request))));
    let invoice = world.seller.get(&format!("/api/agent/invoices/inv_{}", at.contract)).await.expect(200);
    assert!(invoice["invoice"]["lines"][0]["receiptRevokedAt"].is_string(), "{invoice:#}");
}
