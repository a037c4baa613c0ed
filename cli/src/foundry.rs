//! The pinned Foundry tools, from npm into `contracts/`, and where their native binaries are.
//!
//! The launchers in `node_modules/.bin` are never used: they exit 0 even when the tool fails.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use crate::failure::{Failure, OrFix};

/// Where the tools come from, relative to the root of the repository.
const FOLDER: &str = "contracts";
/// The pinned versions.
const LOCK_FILE: &str = "package-lock.json";
/// What the installer leaves beside the tools: the lock file that they were installed from.
const INSTALLED_FROM: &str = "node_modules/.installed-lock.json";
/// The one way of installing them, for people and for this program.
const INSTALLER: &str = "bin/install";

/// The anvil to start: the pinned one of the repository, installed when it is missing; outside of the repository, the one in `PATH`.
///
/// # Errors
/// When there is neither, or npm is missing or fails.
pub async fn anvil(progress: impl Fn(&str)) -> anyhow::Result<PathBuf> {
    let Some(root) = repository() else {
        let fix = "run this inside the repository, or install Foundry so that anvil is in PATH: https://getfoundry.sh";
        return in_path("anvil").ok_or_else(|| Failure::new("there is no anvil to start", fix).into());
    };
    let folder = root.join(FOLDER);
    let binary = native(&folder, "anvil");
    if !is_installed(&folder, &binary) {
        progress("installing the pinned Foundry tools from npm, once");
        install(&folder, &binary).await?;
    }
    Ok(binary)
}

/// The anvil that would be started without installing anything.
#[must_use]
pub fn installed_anvil() -> Option<PathBuf> {
    let pinned = repository().map(|root| root.join(FOLDER)).map(|folder| (native(&folder, "anvil"), folder));
    let pinned = pinned.filter(|(binary, folder)| is_installed(folder, binary)).map(|(binary, _)| binary);
    pinned.or_else(|| in_path("anvil"))
}

/// Whether the tools are there, and those that are pinned now.
fn is_installed(folder: &Path, binary: &Path) -> bool {
    let same = || Some(fs::read(folder.join(LOCK_FILE)).ok()? == fs::read(folder.join(INSTALLED_FROM)).ok()?);
    binary.is_file() && same().unwrap_or(false)
}

async fn install(folder: &Path, binary: &Path) -> anyhow::Result<()> {
    let by_hand = format!("run {} and read what it says", folder.join(INSTALLER).display());
    if in_path("npm").is_none() {
        return Err(Failure::new("npm is missing, and the Foundry tools come from it", "install Node.js 20 or newer: https://nodejs.org").into());
    }
    // npm starts by deleting what is there: two at once would take the tools away from each other.
    let lock = fs::File::open(folder.join(LOCK_FILE)).or_fix("cannot read the pinned versions", by_hand.clone())?;
    let lock = tokio::task::spawn_blocking(move || lock.lock().map(|()| lock)).await?.or_fix("cannot wait for another installation", by_hand.clone())?;
    if !is_installed(folder, binary) {
        let output = Command::new(folder.join(INSTALLER)).stdin(Stdio::null()).kill_on_drop(true).output().await;
        let output = output.or_fix("the installer cannot be started", by_hand.clone())?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(Failure { source: Some(anyhow::Error::msg(said)), ..Failure::new("the Foundry tools cannot be installed", by_hand) }.into());
        }
    }
    drop(lock);
    if binary.is_file() {
        return Ok(());
    }
    let missing = format!("npm has no anvil for this platform: {} is missing", binary.display());
    Err(Failure::new(missing, "use Linux or macOS on amd64 or arm64").into())
}

/// The root of the repository: the one cargo runs in, the one around the working directory, or the one this binary was built from.
#[must_use]
pub fn repository() -> Option<PathBuf> {
    let of_cargo = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let starts = [of_cargo, std::env::current_dir().ok(), Some(PathBuf::from(env!("CARGO_MANIFEST_DIR")))];
    starts.iter().flatten().flat_map(|start| start.ancestors()).find(|folder| folder.join(FOLDER).join(LOCK_FILE).is_file()).map(Path::to_owned)
}

fn native(folder: &Path, tool: &str) -> PathBuf {
    let system = if cfg!(target_os = "macos") { "darwin" } else { "linux" };
    let processor = if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" };
    folder.join(format!("node_modules/@foundry-rs/{tool}-{system}-{processor}/bin/{tool}"))
}

fn in_path(tool: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join(tool)).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_found_from_within() {
        let root = repository().unwrap();
        assert!(root.join("contracts/package.json").is_file(), "{}", root.display());
    }

    #[test]
    fn tools_of_other_versions_than_the_pinned_are_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let binary = native(folder.path(), "anvil");
        fs::create_dir_all(binary.parent().unwrap()).unwrap();
        fs::write(&binary, "").unwrap();
        fs::write(folder.path().join(LOCK_FILE), "1.7.1").unwrap();
        assert!(!is_installed(folder.path(), &binary), "nobody knows which they are");
        fs::write(folder.path().join(INSTALLED_FROM), "1.7.0").unwrap();
        assert!(!is_installed(folder.path(), &binary));
        fs::write(folder.path().join(INSTALLED_FROM), "1.7.1").unwrap();
        assert!(is_installed(folder.path(), &binary));
        fs::remove_file(&binary).unwrap();
        assert!(!is_installed(folder.path(), &binary));
    }

    #[test]
    fn the_native_binary_is_used_and_never_the_launcher() {
        let path = native(Path::new("contracts"), "anvil");
        assert!(path.starts_with("contracts/node_modules/@foundry-rs") && path.ends_with("bin/anvil"), "{}", path.display());
    }
}
