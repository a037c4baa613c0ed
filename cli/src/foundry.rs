//! The pinned Foundry tools, from npm into `contracts/`, and where their native binaries are.
//!
//! The launchers in `node_modules/.bin` are never used: they exit 0 even when the tool fails.

use std::fs::File;
use std::path::{Path, PathBuf};

use tokio::process::Command;

use crate::failure::{Failure, OrFix};

/// Where the tools come from, relative to the root of the repository.
const FOLDER: &str = "contracts";
const LOCK_FILE: &str = "package-lock.json";

/// The anvil to start: the pinned one of the repository, installed when it is missing; outside of the repository, the one in `PATH`.
///
/// # Errors
/// When there is neither, or npm is missing or fails.
pub async fn anvil(progress: impl Fn(&str)) -> anyhow::Result<PathBuf> {
    let Some(root) = repository() else {
        return in_path("anvil").ok_or_else(|| {
            Failure::new("there is no anvil to start", "run this inside the repository, or install Foundry so that anvil is in PATH: https://getfoundry.sh")
                .into()
        });
    };
    let folder = root.join(FOLDER);
    let binary = native(&folder, "anvil");
    if !binary.is_file() {
        progress("installing the pinned Foundry tools (npm ci, once)");
        install(&folder, &binary).await?;
    }
    Ok(binary)
}

/// The pinned anvil, if it is installed already.
#[must_use]
pub fn installed_anvil() -> Option<PathBuf> {
    let pinned = repository().map(|root| native(&root.join(FOLDER), "anvil")).filter(|binary| binary.is_file());
    pinned.or_else(|| in_path("anvil"))
}

async fn install(folder: &Path, binary: &Path) -> anyhow::Result<()> {
    let by_hand = format!("run `npm ci` in {} and read what it says", folder.display());
    if in_path("npm").is_none() {
        return Err(Failure::new("npm is missing, and the Foundry tools come from it", "install Node.js 20 or newer: https://nodejs.org").into());
    }
    // `npm ci` starts by deleting node_modules: two at once would take the tools away from each other.
    let lock = File::open(folder.join(LOCK_FILE)).or_fix("cannot read the pinned versions", by_hand.clone())?;
    let lock = tokio::task::spawn_blocking(move || lock.lock().map(|()| lock)).await?.or_fix("cannot wait for another installation", by_hand.clone())?;
    if !binary.is_file() {
        let output = Command::new("npm").arg("ci").current_dir(folder).output().await.or_fix("npm cannot be started", by_hand.clone())?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(Failure { source: Some(anyhow::Error::msg(said)), ..Failure::new("npm ci failed", by_hand) }.into());
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
    fn the_native_binary_is_used_and_never_the_launcher() {
        let path = native(Path::new("contracts"), "anvil");
        assert!(path.starts_with("contracts/node_modules/@foundry-rs") && path.ends_with("bin/anvil"), "{}", path.display());
    }
}
