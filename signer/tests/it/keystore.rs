//! Key files: read what others write, write what others read, and fail early on what nobody should open.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use alloy_primitives::address;
use alloy_signer_local::PrivateKeySigner;
use secrecy::SecretString;
use serde_json::{Value, json};
use signer::keystore::{KeystoreError, create, open};
use signer::{KeyError, LocalSigner, RoutingSigner};

use crate::fixture::Counted;

/// Test vector of the Web3 Secret Storage Definition; the password is testpassword.
const PBKDF2: &str = r#"{"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"6087dab2f9fdbbfaddc31a909735c1e6"},"ciphertext":"5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46","kdf":"pbkdf2","kdfparams":{"c":262144,"dklen":32,"prf":"hmac-sha256","salt":"ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd"},"mac":"517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2"},"id":"3198bc9c-6672-5ab3-d995-4942343ae5b6","version":3}"#;
/// The same key and password, written by Foundry (`cast wallet import`).
const SCRYPT: &str = r#"{"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"0cd2b7e6b937ed946c0c3d23950fd236"},"ciphertext":"b315b6bde8ab3a29d6914b2044a78140d6c2a4d92e4319197cd6035a3074ad5a","kdf":"scrypt","kdfparams":{"dklen":32,"n":8192,"p":1,"r":8,"salt":"680a8869b5dba839c61f17ea9d13f973d68ee1ea955f5262fc701f48e33b13e6"},"mac":"3ad098b02097b96da6e0fea6ac868b72a432ec68df9b0b2e2fb1e2f5c57e6f0b"},"id":"62c59310-0a81-48cf-bef0-d1bcf3d0778d","version":3}"#;
/// The other vector of the definition: n is 2^18 at r = 1, where RFC 7914 (section 6) ends at 2^15.
const DEFINITION_SCRYPT: &str = r#"{"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"83dbcc02d8ccb40e466191a123791e0e"},"ciphertext":"d172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c","kdf":"scrypt","kdfparams":{"dklen":32,"n":262144,"r":1,"p":8,"salt":"ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19"},"mac":"2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097"},"id":"3198bc9c-6672-5ab3-d995-4942343ae5b6","version":3}"#;

fn password(text: &str) -> SecretString {
    SecretString::from(text)
}

fn written(dir: &tempfile::TempDir, text: &str) -> PathBuf {
    let path = dir.path().join("keystore.json");
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    path
}

#[test]
fn files_of_other_tools_open() {
    let dir = tempfile::tempdir().unwrap();
    for vector in [PBKDF2, SCRYPT, &PBKDF2.replace("\"crypto\"", "\"Crypto\"")] {
        let key = open(&written(&dir, vector), &password("testpassword")).unwrap();
        assert_eq!(key.address(), address!("0x008aeeda4d805471df9b2a5b0f38a0c3bcba786b"));
    }
}

#[test]
fn k01_scrypt_beyond_its_rfc_is_refused_and_the_rule_named() {
    let dir = tempfile::tempdir().unwrap();
    let error = open(&written(&dir, DEFINITION_SCRYPT), &password("testpassword")).unwrap_err();
    assert!(error.to_string().contains("RFC 7914"), "{error}");
}

#[test]
fn a_new_key_file_is_private_opens_with_its_password_and_other_tools_open_it() {
    let dir = tempfile::tempdir().unwrap();
    let created = create(dir.path(), &password("hunter2"), &Counted::default()).unwrap();
    assert_eq!(created.path, dir.path().join(format!("{}.json", created.key.address())));
    assert_eq!(fs::metadata(&created.path).unwrap().permissions().mode() & 0o7777, 0o600);
    assert_eq!(LocalSigner::from_keystore(&created.path, &password("hunter2")).unwrap().address(), created.key.address());
    let theirs = PrivateKeySigner::decrypt_keystore(&created.path, "hunter2").unwrap();
    assert_eq!(theirs.address(), created.key.address());
}

#[test]
fn two_new_key_files_share_neither_key_nor_salt_nor_counter() {
    let (dir, ids) = (tempfile::tempdir().unwrap(), Counted::default());
    let read = |name: &str| {
        let created = create(&dir.path().join(name), &password("hunter2"), &ids).unwrap();
        let json: Value = serde_json::from_str(&fs::read_to_string(created.path).unwrap()).unwrap();
        ["/address", "/id", "/crypto/kdfparams/salt", "/crypto/cipherparams/iv", "/crypto/ciphertext"].map(|at| json.pointer(at).unwrap().clone())
    };
    for (a, b) in read("a").into_iter().zip(read("b")) {
        assert_ne!(a, b);
    }
}

#[test]
fn a_file_that_is_there_is_never_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    let path = written(&dir, PBKDF2);
    assert!(matches!(create(&path, &password("x"), &Counted::default()).unwrap_err(), KeystoreError::Exists(at) if at == path));
    assert_eq!(fs::read_to_string(&path).unwrap(), PBKDF2);
    // A link to nowhere is there, too: writing through it would put the key somewhere else.
    let link = dir.path().join("link");
    std::os::unix::fs::symlink(dir.path().join("elsewhere"), &link).unwrap();
    assert!(matches!(create(&link, &password("x"), &Counted::default()).unwrap_err(), KeystoreError::Exists(_)));
    assert!(!dir.path().join("elsewhere").exists());
}

#[test]
fn a_key_file_without_a_password_or_a_place_is_not_made() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(create(dir.path(), &password(""), &Counted::default()).unwrap_err(), KeystoreError::EmptyPassword));
    let nowhere = dir.path().join("no/such/folder/key.json");
    assert!(matches!(create(&nowhere, &password("x"), &Counted::default()).unwrap_err(), KeystoreError::Unwritable { .. }));
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn k01_a_wrong_password_is_said_to_be_one() {
    let dir = tempfile::tempdir().unwrap();
    let path = written(&dir, PBKDF2);
    for wrong in ["", "testpasswore", "TESTPASSWORD", "testpassword\n"] {
        assert!(matches!(open(&path, &password(wrong)).unwrap_err(), KeystoreError::WrongPassword), "{wrong}");
    }
}

#[test]
fn k01_a_file_open_to_others_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = written(&dir, PBKDF2);
    fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
    assert!(matches!(open(&path, &password("testpassword")).unwrap_err(), KeystoreError::File(KeyError::Exposed { .. })));
}

/// Every value of both vectors replaced by every other kind of value, cut at every length: an error each time, and soon.
#[test]
fn k01_a_corrupt_file_is_an_error_and_never_a_panic() {
    let dir = tempfile::tempdir().unwrap();
    let odd = [json!(null), json!(""), json!("zz"), json!("ab"), json!(0), json!(-1), json!(1.5), json!(u64::MAX), json!([]), json!({}), json!("0x")];
    for vector in [PBKDF2, SCRYPT] {
        let original: Value = serde_json::from_str(vector).unwrap();
        for at in pointers(&original, String::new()).into_iter().filter(|at| at != "/id") {
            for value in &odd {
                let mut json = original.clone();
                *json.pointer_mut(&at).unwrap() = value.clone();
                let opened = open(&written(&dir, &json.to_string()), &password("testpassword"));
                assert!(opened.is_err(), "{at} = {value}");
            }
        }
        for length in 0..vector.len() {
            assert!(matches!(open(&written(&dir, &vector[..length]), &password("testpassword")).unwrap_err(), KeystoreError::Malformed { .. }));
        }
    }
}

fn pointers(json: &Value, at: String) -> Vec<String> {
    let inside = json.as_object().into_iter().flatten().flat_map(|(key, value)| pointers(value, format!("{at}/{key}")));
    let inside: Vec<_> = inside.collect();
    if at.is_empty() { inside } else { [at].into_iter().chain(inside).collect() }
}

#[test]
fn k01_parameters_that_would_take_gigabytes_or_hours_are_refused_before_anything_is_derived() {
    let dir = tempfile::tempdir().unwrap();
    let set = |vector: &str, changes: &[(&str, u64)]| {
        let mut json: Value = serde_json::from_str(vector).unwrap();
        for (name, value) in changes {
            json["crypto"]["kdfparams"][*name] = json!(value);
        }
        written(&dir, &json.to_string())
    };
    let started = Instant::now();
    let expensive: [(&str, &[(&str, u64)]); 9] = [
        (SCRYPT, &[("n", 1 << 62)]),
        (SCRYPT, &[("n", 1 << 40)]),
        (SCRYPT, &[("n", 1 << 20), ("r", 8), ("p", 1)]),
        (SCRYPT, &[("r", u64::MAX)]),
        (SCRYPT, &[("r", 1 << 20)]),
        (SCRYPT, &[("p", u64::MAX)]),
        (SCRYPT, &[("p", 129)]),
        (PBKDF2, &[("c", u64::MAX)]),
        (PBKDF2, &[("c", 5_000_001)]),
    ];
    for (vector, changes) in expensive {
        let error = open(&set(vector, changes), &password("testpassword")).unwrap_err();
        assert!(matches!(error, KeystoreError::TooExpensive { asked, most, .. } if asked > most), "{changes:?}: {error}");
    }
    let senseless: [(&str, &[(&str, u64)]); 8] = [
        (SCRYPT, &[("n", 0)]),
        (SCRYPT, &[("n", 1)]),
        (SCRYPT, &[("n", 262_143)]),
        (SCRYPT, &[("r", 0)]),
        (SCRYPT, &[("p", 0)]),
        (PBKDF2, &[("c", 0)]),
        (PBKDF2, &[("dklen", 16)]),
        (SCRYPT, &[("dklen", 64)]),
    ];
    for (vector, changes) in senseless {
        let error = open(&set(vector, changes), &password("testpassword")).unwrap_err();
        assert!(matches!(error, KeystoreError::Field { .. }), "{changes:?}: {error}");
    }
    // Seventeen refusals; one of these derivations alone would take longer.
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
}

#[test]
fn k01_an_address_that_is_not_the_keys_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let named = |address: &str| {
        let mut json: Value = serde_json::from_str(PBKDF2).unwrap();
        json["address"] = json!(address);
        open(&written(&dir, &json.to_string()), &password("testpassword"))
    };
    for spelling in ["008aeeda4d805471df9b2a5b0f38a0c3bcba786b", "0x008AeEda4D805471dF9b2A5B0f38A0C3bCBA786b"] {
        assert!(named(spelling).is_ok(), "{spelling}");
    }
    for other in ["108aeeda4d805471df9b2a5b0f38a0c3bcba786b", "", "0x"] {
        assert!(matches!(named(other).unwrap_err(), KeystoreError::OtherAddress { .. }), "{other}");
    }
}

#[test]
fn k01_another_version_cipher_or_prf_is_named() {
    let dir = tempfile::tempdir().unwrap();
    for (from, to, field) in
        [("\"version\":3", "\"version\":1", "version"), ("aes-128-ctr", "aes-128-cbc", "crypto.cipher"), ("hmac-sha256", "hmac-sha512", "crypto.kdfparams.prf")]
    {
        let error = open(&written(&dir, &PBKDF2.replace(from, to)), &password("testpassword")).unwrap_err();
        assert!(matches!(error, KeystoreError::Field { field: found, .. } if found == field), "{error}");
    }
}
