//! `dev` and `demo` as they are promised: one line, the same data after a restart, and a payment from start to end.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::process::{answer, counterfoil, run};

struct Dev {
    process: Child,
    output: BufReader<ChildStdout>,
    line: String,
}

impl Dev {
    fn start(folder: &Path, more: &[&str]) -> Self {
        let arguments = [&["dev", "--json", "--api-port", "0", "--rpc-port", "0", "--block-time", "0.2"], more].concat();
        let mut process = counterfoil(folder, &arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        Self { process, output, line }
    }

    fn document(&self) -> Value {
        serde_json::from_str(&self.line).unwrap_or_else(|e| panic!("{e}: {:?}", self.line))
    }

    fn signal(&self, name: &str) {
        let pid = self.process.id().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
    }

    /// The exit code, and what was printed after the one line.
    fn end(mut self) -> (Option<i32>, String) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while Instant::now() < deadline && self.process.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(50));
        }
        let code = self.process.try_wait().unwrap().expect("it ends within 30 s of the signal").code();
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        (code, rest)
    }
}

fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

/// A command as the buyer of a running instance.
fn of_buyer(folder: &Path, dev: &Value, arguments: &[&str]) -> Output {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let environment =
        [("COUNTERFOIL_API__URL", text(&dev["apiUrl"])), ("COUNTERFOIL_RPC", text(&dev["rpcUrl"])), ("COUNTERFOIL_TOKEN", text(&dev["buyer"]["apiToken"]))];
    counterfoil(folder, arguments).envs(environment).output().unwrap()
}

/// The commands that `dev` tells people to type, up to the verified payment; the id of its request.
fn pay(folder: &Path, dev: &Value) -> String {
    let [agreement, buyer, seller] = ["agreement.json", "buyer.key", "seller.key"].map(|name| format!(".counterfoil/dev/{name}"));
    let run = |arguments: &[&str]| answer(&of_buyer(folder, dev, &[&["--json"], arguments].concat()));
    let imported = run(&["contract", "import", &agreement, "--buyer-key", &buyer, "--seller-key", &seller]);
    let contract = imported["contract"]["id"].as_str().unwrap();
    let created = run(&["request", "create", contract, "--payer", dev["buyer"]["address"].as_str().unwrap()]);
    let request = created["paymentRequest"]["id"].as_str().unwrap();
    let refused = of_buyer(folder, dev, &["request", "pay", contract, request, "--key-file", &buyer, "--yes", "--max-total", "12812499"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("the total is too high"), "{}", String::from_utf8_lossy(&refused.stderr));
    let paid = run(&["request", "pay", contract, request, "--key-file", &buyer, "--yes", "--terms", &agreement]);
    assert_eq!(paid["paymentRequest"]["status"], "router_verified");
    request.to_owned()
}

#[test]
fn dev_says_one_line_and_knows_everything_again_after_ctrl_c_and_after_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let first = Dev::start(folder.path(), &[]);
    let before = first.document();
    assert_eq!(keys(&before), ["admin", "apiUrl", "buyer", "chainId", "escrow", "evaluator", "router", "rpcUrl", "seller", "token"]);
    assert_eq!(keys(&before["admin"]), ["apiToken"]);
    for party in ["buyer", "seller", "evaluator"] {
        assert_eq!(keys(&before[party]), ["address", "apiToken", "privateKey", "profileId"], "{party}");
    }
    let paid = pay(folder.path(), &before);
    first.signal("-INT");
    assert_eq!(first.end(), (Some(0), String::new()), "a clean end, and nothing else on stdout");

    let second = Dev::start(folder.path(), &[]);
    let after = second.document();
    for what in ["router", "escrow", "token", "admin", "buyer", "seller", "evaluator", "chainId"] {
        assert_eq!(before[what], after[what], "{what}");
    }
    second.signal("-KILL");
    second.end();

    let third = Dev::start(folder.path(), &[]);
    assert_eq!(third.document()["buyer"], before["buyer"]);
    let receipt = of_buyer(folder.path(), &third.document(), &["--json", "receipt", "show", &format!("rcpt_{paid}")]);
    std::fs::write(folder.path().join("receipt.json"), answer(&receipt).to_string()).unwrap();
    let checked = of_buyer(folder.path(), &third.document(), &["--json", "receipt", "verify", "receipt.json", "--terms", ".counterfoil/dev/agreement.json"]);
    assert_eq!(answer(&checked)["verified"], true, "database and chain have kept the payment");
    third.signal("-TERM");
    assert_eq!(third.end().0, Some(0));

    let fresh = Dev::start(folder.path(), &["--fresh"]);
    assert_ne!(fresh.document()["buyer"]["apiToken"], before["buyer"]["apiToken"]);
    assert_eq!(fresh.document()["token"], before["token"], "addresses are deterministic");
    fresh.signal("-INT");
    assert_eq!(fresh.end().0, Some(0));
}

#[test]
fn demo_pays_and_its_receipt_holds() {
    let folder = tempfile::tempdir().unwrap();
    let played = answer(&run(folder.path(), &["demo", "--json"]));
    assert_eq!(played["verification"]["verified"], true, "{played}");
    assert_eq!(played["receipt"]["totalAmountAtomic"], "12812500", "12.50 and a fee of 2.5 %");
    assert_eq!(played["receipt"]["event"]["transactionHash"], played["txHash"]);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "it leaves nothing behind");
}
