//! Where keys come from, and where they must not go.

use std::fmt::{Debug, Display};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use alloy_primitives::{B256, Bytes, Signature, U256};
use secrecy::SecretString;
use settlement::agreement::is_signed_by;
use settlement::clock::Timestamp;
use signer::policy::{MAX_LIFETIME, PolicySigner, SigningPolicy};
use signer::routing::checked;
use signer::{BuyerWallet, KeyError, LocalSigner, RoutingSigner, SignerError, WalletKey, keystore};

use crate::fixture::{BUYER, BUYER_KEY, Counted, FixedClock, NOW_S, OPERATOR, OPERATOR_KEY, key, snapshot};

fn file_with(dir: &tempfile::TempDir, text: &str, mode: u32) -> PathBuf {
    let path = dir.path().join("key");
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
    path
}

#[test]
fn a_key_is_read_with_and_without_prefix_and_line_end() {
    for text in [OPERATOR_KEY.to_owned(), OPERATOR_KEY[2..].to_owned(), format!("{OPERATOR_KEY}\n"), OPERATOR_KEY[2..].to_uppercase()] {
        assert_eq!(key(&text).address(), OPERATOR);
    }
}

#[test]
fn what_is_not_a_key_is_refused_without_quoting_it() {
    let order = "0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
    let (short, long) = (&OPERATOR_KEY[..65], format!("{OPERATOR_KEY}0"));
    let odd = OPERATOR_KEY.replace("ac09", "zc09");
    for text in ["", "0x", short, &long, &odd, order, &"0".repeat(64), "correct horse battery staple"] {
        let error = WalletKey::from_hex(&SecretString::from(text)).unwrap_err();
        assert!(matches!(error, KeyError::Malformed), "{error:?}");
        assert!(text.len() < 4 || !format!("{error}{error:?}").contains(text), "{error}");
    }
}

#[test]
fn a_key_file_that_others_can_read_is_refused_with_the_command_that_mends_it() {
    let dir = tempfile::tempdir().unwrap();
    for mode in [0o644, 0o640, 0o604, 0o660, 0o620, 0o610, 0o602] {
        let path = file_with(&dir, OPERATOR_KEY, mode);
        let error = LocalSigner::from_file(&path).unwrap_err();
        assert!(matches!(error, KeyError::Exposed { mode: found, .. } if found == mode), "{error:?}");
        assert!(error.to_string().contains(&format!("chmod 600 {}", path.display())), "{error}");
    }
    for mode in [0o600, 0o400] {
        assert_eq!(LocalSigner::from_file(&file_with(&dir, &format!("{OPERATOR_KEY}\n"), mode)).unwrap().address(), OPERATOR);
    }
}

#[test]
fn a_missing_or_huge_key_file_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(WalletKey::from_file(&dir.path().join("none")).unwrap_err(), KeyError::Unreadable { .. }));
    let huge = file_with(&dir, &"a".repeat(1_000_000), 0o600);
    assert!(matches!(WalletKey::from_file(&huge).unwrap_err(), KeyError::Malformed));
}

#[test]
fn a_variable_that_is_not_set_is_named() {
    let error = LocalSigner::from_env("COUNTERFOIL_TEST_NO_SUCH_VARIABLE").unwrap_err();
    assert!(error.to_string().contains("COUNTERFOIL_TEST_NO_SUCH_VARIABLE"), "{error}");
}

#[test]
fn signatures_are_the_addresss_own_and_have_a_low_s() {
    let key = key(BUYER_KEY);
    for byte in 0..64 {
        let digest = B256::repeat_byte(byte);
        let signature = key.sign_digest(&digest);
        assert!(is_signed_by(&digest, &signature, BUYER));
        assert!(Signature::try_from(signature.as_ref()).unwrap().normalize_s().is_none());
    }
    let message = key.sign_message("example.org wants you to sign in");
    let recovered = Signature::try_from(message.as_ref()).unwrap().recover_address_from_msg("example.org wants you to sign in").unwrap();
    assert_eq!(recovered, BUYER);
}

#[tokio::test]
async fn a_local_signer_hands_out_its_own_signature() {
    let signer = LocalSigner::new(key(OPERATOR_KEY));
    let signed = signer.sign(snapshot()).await.unwrap();
    assert_eq!(signed.signer(), signer.address());
    assert_eq!(signed.digest(), snapshot().digest());
}

#[test]
fn a_signature_of_somebody_else_or_of_something_else_is_not_handed_out() {
    let theirs = key(BUYER_KEY).sign_digest(&snapshot().digest());
    assert!(matches!(checked(OPERATOR, snapshot(), theirs).unwrap_err(), SignerError::WrongSignature { recovered: BUYER, .. }));
    let of_another = key(OPERATOR_KEY).sign_digest(&B256::ZERO);
    assert!(matches!(checked(OPERATOR, snapshot(), of_another).unwrap_err(), SignerError::WrongSignature { .. }));
    assert!(matches!(checked(OPERATOR, snapshot(), Bytes::from_static(&[0; 65])).unwrap_err(), SignerError::Unusable(_)));
}

/// Everything that holds a key or failed to: none of it shows one.
#[tokio::test]
async fn i12_no_key_is_shown_by_anything() {
    let dir = tempfile::tempdir().unwrap();
    let mut shown = String::new();
    let mut show = |value: &dyn Debug| shown.push_str(&format!("{value:?}\n{value:#?}\n"));

    let secret = SecretString::from(OPERATOR_KEY);
    let key = WalletKey::from_hex(&secret).unwrap();
    let local = LocalSigner::from_hex(&secret).unwrap();
    let policy = SigningPolicy { chain_id: 8453, router: OPERATOR, operator: OPERATOR, max_lifetime: MAX_LIFETIME };
    let guarded = PolicySigner::new(Arc::new(local.clone()), policy, Arc::new(FixedClock(Timestamp::from_unix_seconds(NOW_S))));
    let wallet = BuyerWallet::new("https://user:hunter2@127.0.0.1:1/v3/0badcafe".parse().unwrap(), &key).unwrap();
    show(&secret);
    show(&key);
    show(&local);
    show(&guarded);
    show(&wallet);
    show(&key.transaction_signer());
    show(&local.sign(snapshot()).await.unwrap());
    show(&guarded.sign(snapshot()).await.unwrap_err());

    let mut fail = |error: &dyn Failed| error.show(&mut show);
    let damaged = SecretString::from(OPERATOR_KEY.replace("0xac09", "0x!c09"));
    fail(&WalletKey::from_hex(&damaged).unwrap_err());
    fail(&WalletKey::from_file(&file_with(&dir, OPERATOR_KEY, 0o644)).unwrap_err());
    fail(&WalletKey::from_file(&file_with(&dir, &format!("key = {OPERATOR_KEY}"), 0o600)).unwrap_err());
    // A plain key where a keystore should be: hex, and one that happens to be a JSON number.
    for plain in [OPERATOR_KEY, &OPERATOR_KEY[2..], "7749183046264820571938462057194620571946205719462057194620571946"] {
        fail(&keystore::open(&file_with(&dir, plain, 0o600), &SecretString::from("hunter2")).unwrap_err());
    }
    let created = keystore::create(&dir.path().join("new.json"), &SecretString::from("hunter2"), &Counted::default()).unwrap();
    fail(&keystore::open(&created.path, &SecretString::from("hunter3")).unwrap_err());
    show(&created);

    let fresh = alloy_primitives::hex::encode(alloy_primitives::keccak256(0u64.to_be_bytes()));
    for key in [&OPERATOR_KEY[2..], &fresh, "7749183046264820571938462057194620571946205719462057194620571946"] {
        assert_no_part_of(key, &shown);
    }
    for secret in ["hunter2", "hunter3", "0badcafe", &U256::from_str_radix(&OPERATOR_KEY[2..], 16).unwrap().to_string()] {
        assert!(!shown.contains(secret), "{secret} is in {shown}");
    }
}

/// Eight digits in a row are more than chance: 2^-32 for each place.
fn assert_no_part_of(key: &str, shown: &str) {
    let shown = shown.to_lowercase();
    for part in key.as_bytes().windows(8).map(|part| std::str::from_utf8(part).unwrap()) {
        assert!(!shown.contains(part), "{part} of a key is in {shown}");
    }
}

trait Failed {
    fn show(&self, show: &mut dyn FnMut(&dyn Debug));
}

impl<E: std::error::Error + Display> Failed for E {
    fn show(&self, show: &mut dyn FnMut(&dyn Debug)) {
        show(&self);
        show(&self.to_string());
        let mut source = self.source();
        while let Some(error) = source {
            show(&error);
            show(&error.to_string());
            source = error.source();
        }
    }
}

#[test]
fn a_path_with_a_link_is_judged_by_the_file_behind_it() {
    let dir = tempfile::tempdir().unwrap();
    let file = file_with(&dir, OPERATOR_KEY, 0o644);
    let link: &Path = &dir.path().join("link");
    std::os::unix::fs::symlink(&file, link).unwrap();
    assert!(matches!(WalletKey::from_file(link).unwrap_err(), KeyError::Exposed { .. }));
}
