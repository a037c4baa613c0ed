//! Sealing, checking and opening a deliverable, as seller and buyer do it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::{Value, json};

use super::process::{answer, run};

const SELLER: &str = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const OTHER: &str = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";

/// The work of these tests, two chunks long.
fn work() -> Vec<u8> {
    b"the work, line by line\n".repeat(4_000)
}

/// Seals `work` in `folder` and returns what was told.
fn sealed(folder: &Path) -> Value {
    fs::write(folder.join("work"), work()).unwrap();
    answer(&run(folder, &["--json", "deliverable", "seal", "work", "--seller", SELLER]))
}

fn text<'a>(told: &'a Value, name: &str) -> &'a str {
    told[name].as_str().unwrap()
}

fn check<'a>(told: &'a Value, seller: &'a str) -> [&'a str; 10] {
    ["--json", "deliverable", "check", "work.sealed", "--delivery", text(told, "delivery"), "--key-hash", text(told, "keyHash"), "--seller", seller]
}

/// What a refused command says, which must be a failure that says nothing else.
fn refused(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn what_the_seller_seals_the_buyer_checks_and_opens_with_the_revealed_key() {
    let folder = tempfile::tempdir().unwrap();
    let told = sealed(folder.path());
    let file = fs::read(folder.path().join("work.sealed")).unwrap();
    assert_eq!((&told["plaintextBytes"], &told["sealedBytes"]), (&json!(work().len()), &json!(file.len())));
    assert_eq!((&told["sealed"], &told["keyFile"], &told["seller"]), (&json!("work.sealed"), &json!("work.key"), &json!(SELLER)));

    let checked = answer(&run(folder.path(), &check(&told, SELLER)));
    assert_eq!(checked["holds"], true);
    for name in ["delivery", "keyHash", "seller", "plaintextBytes", "sealedBytes"] {
        assert_eq!(checked[name], told[name], "{name}");
    }

    // As the chain publishes it.
    let key = fs::read_to_string(folder.path().join("work.key")).unwrap();
    let delivery = text(&told, "delivery");
    let opened = answer(&run(folder.path(), &["--json", "deliverable", "open", "work.sealed", "--key", key.trim(), "--delivery", delivery, "--out", "mine"]));
    assert_eq!((&opened["plaintextSha256"], &opened["deliveryCompared"]), (&told["plaintextSha256"], &json!(true)));
    assert!(fs::read(folder.path().join("mine")).unwrap() == work());
    // As the seller hands it to an evaluator. sha256sum writes hashes without 0x.
    let (delivery, hash) = (&delivery[2..], text(&told, "keyHash"));
    let arguments = ["deliverable", "open", "work.sealed", "--key-file", "work.key", "--key-hash", hash, "--delivery", delivery, "--out", "evaluated"];
    assert!(run(folder.path(), &arguments).status.success());
    assert!(fs::read(folder.path().join("evaluated")).unwrap() == work());
}

#[test]
fn i12_the_key_is_in_its_file_alone_and_its_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("work"), work()).unwrap();
    let seal = run(folder.path(), &["--log", "trace", "deliverable", "seal", "work", "--seller", SELLER]);
    assert!(seal.status.success());
    let key = fs::read_to_string(folder.path().join("work.key")).unwrap();
    assert_eq!((key.len(), &key[..2], &key[66..]), (67, "0x", "\n"));
    let mut said = [seal.stdout, seal.stderr].concat();
    // A key that does not fit, and text that is nearly one.
    sealed_again(folder.path());
    for given in [key.trim(), &key[..65]] {
        let open = run(folder.path(), &["--log", "trace", "deliverable", "open", "again.sealed", "--key", given, "--out", "mine"]);
        assert_eq!(open.status.code(), Some(1));
        said.extend([open.stdout, open.stderr].concat());
    }
    let said = String::from_utf8(said).unwrap();
    assert!(said.contains("keyHash") && said.contains("this key does not open it") && said.contains("--key is no key"), "{said}");
    assert!(!said.contains(&key[2..62]), "{said}");
    for name in ["work.key", "work.sealed"] {
        assert_eq!(fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
    }
}

fn sealed_again(folder: &Path) {
    let arguments = ["deliverable", "seal", "work", "--seller", SELLER, "--out", "again.sealed", "--key-file", "again.key"];
    assert!(run(folder, &arguments).status.success());
}

#[test]
fn each_sealing_has_a_key_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    sealed(folder.path());
    sealed_again(folder.path());
    let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
    assert_ne!(read("work.key"), read("again.key"));
    assert_ne!(read("work.sealed"), read("again.sealed"));
}

#[test]
fn a_file_that_is_there_is_not_overwritten_and_a_failure_leaves_none_behind() {
    let folder = tempfile::tempdir().unwrap();
    let told = sealed(folder.path());
    let key = fs::read(folder.path().join("work.key")).unwrap();
    for extra in [&["--out", "other.sealed"][..], &["--key-file", "other.key"]] {
        let said = refused(folder.path(), &[&["deliverable", "seal", "work", "--seller", SELLER], extra].concat());
        assert!(said.contains("is there already"), "{said}");
    }
    let said = refused(folder.path(), &["deliverable", "open", "work.sealed", "--key-file", "work.key", "--out", "work"]);
    assert!(said.contains("work is there already"), "{said}");

    // The last byte: all but the end is decrypted before it is noticed.
    let mut file = fs::read(folder.path().join("work.sealed")).unwrap();
    *file.last_mut().unwrap() ^= 1;
    fs::write(folder.path().join("damaged"), file).unwrap();
    let said = refused(folder.path(), &["deliverable", "open", "damaged", "--key-file", "work.key", "--out", "mine"]);
    assert!(said.contains("chunk 1 is not what was sealed"), "{said}");
    let other = format!("0x{}", "9".repeat(64));
    let said = refused(folder.path(), &["deliverable", "open", "work.sealed", "--key-file", "work.key", "--delivery", &other, "--out", "mine"]);
    assert!(said.contains(&format!("its SHA-256 is {}, the terms say {other}", text(&told, "delivery"))), "{said}");
    fs::write(folder.path().join("nothing"), "").unwrap();
    let said = refused(folder.path(), &["deliverable", "seal", "nothing", "--seller", SELLER]);
    assert!(said.contains("the deliverable is empty"), "{said}");

    assert_eq!(names(folder.path()), ["damaged", "nothing", "work", "work.key", "work.sealed"]);
    assert_eq!(fs::read(folder.path().join("work.key")).unwrap(), key);
    assert!(fs::read(folder.path().join("work")).unwrap() == work());
}

#[test]
fn a_buyer_is_told_not_to_fund_what_differs_from_the_terms() {
    let folder = tempfile::tempdir().unwrap();
    let told = sealed(folder.path());
    let path = folder.path().join("work.sealed");
    let whole = fs::read(&path).unwrap();
    let said: Value = serde_json::from_str(&refused(folder.path(), &check(&told, OTHER))).unwrap();
    assert!(text(&said["error"], "detail").ends_with(&format!("it was sealed by {SELLER}, the seller in the terms is {OTHER}")), "{said}");
    assert!(text(&said["error"], "fix").starts_with("do not fund"), "{said}");
    for (content, reason) in [
        (&whole[..whole.len() - 1], "ends after"),
        (&[whole.as_slice(), b"x"].concat(), "goes on after"),
        (&[&whole[..200], b"x", &whole[201..]].concat(), "not the file that was committed to"),
        (work().as_slice(), "not a sealed deliverable"),
    ] {
        fs::write(&path, content).unwrap();
        let said = refused(folder.path(), &check(&told, SELLER));
        assert!(said.contains(reason), "{reason}: {said}");
    }
}

#[test]
fn a_command_line_that_is_incomplete_is_2() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [
        &["seal", "work"][..],
        &["seal", "work", "--seller", "0x70997970c51812dc3A010C7d01b50e0d17dc79C8"],
        &["check", "work.sealed", "--seller", SELLER],
        &["open", "work.sealed", "--out", "mine"],
        &["open", "work.sealed", "--key", "0x00", "--key-file", "work.key", "--out", "mine"],
    ] {
        assert_eq!(run(folder.path(), &[&["deliverable"], arguments].concat()).status.code(), Some(2), "{arguments:?}");
    }
}
