//! Commands by hand: answers, refusals and exit codes.

use super::process::{answer, counterfoil, run};

#[test]
fn a_wrong_command_line_is_2() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [&["pay-everyone"][..], &["request", "show"], &["serve", "--only", "half"]] {
        assert_eq!(run(folder.path(), arguments).status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn a_configuration_with_problems_names_all_of_them_and_is_1() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("counterfoil.toml"), "[log]\nformat = \"xml\"\n[api]\ncolour = 1\n").unwrap();
    let output = run(folder.path(), &["migrate"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty(), "failures are told on stderr");
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("log.format: must be text or json") && told.contains("api.colour: is not a known key"), "{told}");
    assert!(told.contains("to mend it: correct ./counterfoil.toml"), "{told}");
}

#[test]
fn with_json_a_failure_is_a_document_with_a_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["--json", "contract", "show", "--api", "http://127.0.0.1:1"]);
    assert_eq!(output.status.code(), Some(1));
    let told: serde_json::Value = serde_json::from_slice(&output.stderr).unwrap();
    assert!(told["error"]["detail"].as_str().unwrap().starts_with("the API at http://127.0.0.1:1/ does not answer"), "{told}");
    assert!(told["error"]["fix"].as_str().unwrap().contains("counterfoil serve"), "{told}");
}

#[test]
fn keys_are_made_and_listed() {
    let folder = tempfile::tempdir().unwrap();
    let made = counterfoil(folder.path(), &["--json", "keys", "new"]).env("COUNTERFOIL_KEYSTORE_PASSWORD", "correct horse").output().unwrap();
    let made = answer(&made);
    let listed = answer(&run(folder.path(), &["--json", "keys", "list"]));
    assert_eq!(listed["keys"][0]["address"], made["address"]);
    assert_eq!(listed["keys"][0]["encrypted"], true);
}

#[test]
fn an_instance_by_hand_is_migrated_given_a_token_and_takes_it_away() {
    let folder = tempfile::tempdir().unwrap();
    let key = "0123456789abcdef0123456789abcdef";
    let command = |arguments: &[&str]| counterfoil(folder.path(), arguments).env("COUNTERFOIL_API__TOKEN_KEY", key).output().unwrap();
    let refused = command(&["token", "create", "--name", "ci", "--new-profile", "Acme"]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("counterfoil migrate"), "{}", String::from_utf8_lossy(&refused.stderr));
    assert_eq!(answer(&command(&["--json", "migrate"]))["changed"], true);
    assert_eq!(answer(&command(&["--json", "migrate"]))["changed"], false);

    let made = answer(&command(&["--json", "token", "create", "--name", "ci", "--new-profile", "Acme", "--scope", "payments:read"]));
    let secret = made["apiToken"].as_str().unwrap();
    assert!(secret.starts_with("cf_") && secret.len() == 67, "{secret}");
    assert_eq!(made["scopes"], serde_json::json!(["payments:read"]));
    let id = made["id"].as_str().unwrap();
    assert_eq!(answer(&command(&["--json", "token", "revoke", id]))["revoked"], true);
    assert_eq!(command(&["token", "revoke", id]).status.code(), Some(1), "a second time there is nothing to revoke");

    let verified = answer(&command(&["--json", "audit", "verify"]));
    assert_eq!(verified["entries"], 3, "a profile, its token and its end");
    let exported = command(&["audit", "export", "--after", "1"]);
    let entries: Vec<serde_json::Value> = String::from_utf8(exported.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(entries.iter().map(|entry| &entry["action"]).collect::<Vec<_>>(), ["token.created", "token.revoked"]);
    let head = verified["head"].as_str().unwrap();
    assert_eq!(head, format!("3:{}", entries[1]["hash"].as_str().unwrap()));
    assert!(command(&["audit", "verify", "--expect-head", head]).status.success());
    let other = head.replace(&head[head.len() - 4..], "0000");
    let refused = command(&["audit", "verify", "--expect-head", &other]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("the log up to entry 3 is another one"), "{}", String::from_utf8_lossy(&refused.stderr));

    let serving = command(&["serve"]);
    assert_eq!(serving.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&serving.stderr).contains("chains: is missing"));
}

#[test]
fn the_doctor_says_what_is_wrong_and_is_1() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["--json", "doctor"]);
    assert_eq!(output.status.code(), Some(1));
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["healthy"], false);
    let wrong: Vec<_> = told["findings"].as_array().unwrap().iter().filter(|finding| finding["health"] == "wrong").collect();
    assert!(wrong.iter().any(|finding| finding["what"] == "configuration"), "{told}");
    assert!(wrong.iter().all(|finding| finding["fix"].is_string()), "whatever is wrong has a remedy: {told}");
}

#[test]
fn a_receipt_that_is_none_fails_at_its_first_step_and_is_1() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("receipt.json"), r#"{"schema": "somebody's"}"#).unwrap();
    let people = run(folder.path(), &["receipt", "verify", "receipt.json", "--rpc", "http://127.0.0.1:1"]);
    assert_eq!(people.status.code(), Some(1));
    let told = String::from_utf8(people.stdout).unwrap();
    assert!(told.contains("✗ document") && told.contains("The receipt does NOT hold: document fails."), "{told}");
    let machines = run(folder.path(), &["--json", "receipt", "verify", "receipt.json", "--rpc", "http://127.0.0.1:1"]);
    assert_eq!(machines.status.code(), Some(1));
    let told: serde_json::Value = serde_json::from_slice(&machines.stdout).unwrap();
    assert_eq!((&told["verified"], &told["failedStep"]), (&serde_json::json!(false), &serde_json::json!("document")));
    assert_eq!(told["steps"][0]["outcome"], "fails");

    let missing = run(folder.path(), &["receipt", "verify", "nothing.json", "--rpc", "http://127.0.0.1:1"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("cannot read nothing.json"));
}

#[test]
fn i12_the_key_in_a_nodes_url_is_not_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let made = run(folder.path(), &["keys", "new", "--plain", "--out", "a.key"]);
    assert!(made.status.success());
    for (rpc, told) in [
        ("http://127.0.0.1:1/v2/apikey", "the node at http://127.0.0.1:1/… does not answer"),
        ("node.example/v2/apikey", "the node's URL [REDACTED] cannot be used"),
        ("wss://node.example/v2/apikey", "wss://node.example/… is not an HTTP URL"),
    ] {
        let output = run(folder.path(), &["--log", "trace", "router", "deploy", "--rpc", rpc, "--key-file", "a.key"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(told) && !said.contains("apikey"), "{said}");
    }
}

#[test]
fn i12_a_key_file_that_others_can_read_is_refused_by_name() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("a.key");
    assert!(run(folder.path(), &["keys", "new", "--plain", "--out", "a.key"]).status.success());
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let output = run(folder.path(), &["router", "deploy", "--rpc", "http://127.0.0.1:1", "--key-file", "a.key"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    let secret = std::fs::read_to_string(key).unwrap();
    assert!(said.contains("cannot use the key in a.key") && !said.contains(secret.trim()), "{said}");
}
