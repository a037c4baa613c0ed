//! `dev` and `demo` as they are promised: one line, the same data after a restart, and a payment from start to end.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
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

#[test]
fn dev_says_one_line_and_knows_everything_again_after_ctrl_c_and_after_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let first = Dev::start(folder.path(), &[]);
    let before = first.document();
    assert_eq!(keys(&before), ["admin", "apiUrl", "buyer", "chainId", "evaluator", "router", "rpcUrl", "seller", "token"]);
    assert_eq!(keys(&before["admin"]), ["apiToken"]);
    for party in ["buyer", "seller", "evaluator"] {
        assert_eq!(keys(&before[party]), ["address", "apiToken", "privateKey", "profileId"], "{party}");
    }
    first.signal("-INT");
    assert_eq!(first.end(), (Some(0), String::new()), "a clean end, and nothing else on stdout");

    let second = Dev::start(folder.path(), &[]);
    let after = second.document();
    for what in ["router", "token", "admin", "buyer", "seller", "evaluator", "chainId"] {
        assert_eq!(before[what], after[what], "{what}");
    }
    second.signal("-KILL");
    second.end();

    let third = Dev::start(folder.path(), &[]);
    assert_eq!(third.document()["buyer"], before["buyer"]);
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
