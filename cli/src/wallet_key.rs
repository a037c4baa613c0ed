//! Where a command finds the key it signs with: a file in hex, or an encrypted keystore whose password is asked for.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use alloy_primitives::hex;
use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;
use settlement::IdSource;
use signer::WalletKey;
use signer::keystore;

use crate::failure::{Failure, OrFix};
use crate::output::Output;
use crate::system::OsIds;

/// The variable that holds a keystore's password, for machines.
pub const PASSWORD_VARIABLE: &str = "COUNTERFOIL_KEYSTORE_PASSWORD";

/// The key in a file: an encrypted keystore when the file is JSON, 64 hex digits otherwise.
///
/// # Errors
/// When there is no such file, others can read it, or it holds no key that the password opens.
pub fn load(path: &Path, password_file: Option<&PathBuf>, output: Output) -> anyhow::Result<WalletKey> {
    let fix = "name a file with a key that only you can read; `counterfoil keys new` makes one";
    let is_keystore = fs::read(path).or_fix(format!("cannot read {}", path.display()), fix)?.trim_ascii_start().starts_with(b"{");
    if !is_keystore {
        return WalletKey::from_file(path).or_fix(format!("cannot use the key in {}", path.display()), fix);
    }
    let password = password(&format!("Password of {}", path.display()), password_file, output)?;
    keystore::open(path, &password).or_fix(format!("cannot open the keystore {}", path.display()), "check the password")
}

/// A password: from a file, from [`PASSWORD_VARIABLE`], or from the person at the terminal.
///
/// # Errors
/// When there is none and nobody to ask.
pub fn password(prompt: &str, file: Option<&PathBuf>, output: Output) -> anyhow::Result<SecretString> {
    if let Some(path) = file {
        let text = fs::read_to_string(path).or_fix(format!("cannot read {}", path.display()), "name a file with the password and nothing else")?;
        return Ok(SecretString::from(text.trim_end_matches(['\r', '\n']).to_owned()));
    }
    if let Ok(password) = std::env::var(PASSWORD_VARIABLE) {
        return Ok(SecretString::from(password));
    }
    if !output.can_ask() {
        return Err(Failure::new("a password is needed and there is no terminal to ask at", format!("set {PASSWORD_VARIABLE} or --password-file")).into());
    }
    let terminal = console::Term::stderr();
    terminal.write_str(&format!("{prompt}: "))?;
    Ok(SecretString::from(terminal.read_secure_line()?))
}

/// Makes a new key and writes it in hex to a new file that only its owner can read.
///
/// # Errors
/// When the file is there already or cannot be written.
pub fn write_plain(path: &Path) -> anyhow::Result<WalletKey> {
    let secret = Zeroizing::new(OsIds.secret());
    let key = WalletKey::from_scalar(&secret).or_fix("the key was not made", "try again")?;
    let line = Zeroizing::new(hex::encode(secret.as_slice()) + "\n");
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut file = file.or_fix(format!("cannot make {}", path.display()), "name a file that is not there yet, in a folder that is")?;
    file.write_all(line.as_bytes()).or_fix(format!("cannot write {}", path.display()), "look whether the disk is full")?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn i12_a_plain_key_file_is_its_owners_alone_and_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.key");
        let key = write_plain(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(WalletKey::from_file(&path).unwrap().address(), key.address());
        assert!(write_plain(&path).is_err());
        assert_eq!(WalletKey::from_file(&path).unwrap().address(), key.address(), "it is still the first key");
    }
}
