//! The file of a SQLite database, and the lock files beside it.

use std::fs::{File, OpenOptions, TryLockError, create_dir_all};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use sqlx::sqlite::SqliteConnectOptions;

use super::{ChainLock, refused};
use crate::error::StoreError;

/// The file that a SQLite URL names.
fn sqlite_file(url: &str) -> Result<PathBuf, StoreError> {
    if url.contains(":memory:") || url.contains("mode=memory") {
        return Err(refused("a database in memory would be another one for every connection; name a file"));
    }
    let file = SqliteConnectOptions::from_str(url)?.get_filename().to_path_buf();
    if file.as_os_str().is_empty() { Err(refused("sqlite: needs the path of a file")) } else { Ok(file) }
}

/// The URL with leave to make the file; its directory is made here.
pub(super) fn sqlite_url(url: &str) -> Result<String, StoreError> {
    let file = sqlite_file(url)?;
    if url.contains("mode=") {
        return Ok(url.to_owned());
    }
    if let Some(directory) = file.parent().filter(|directory| !directory.as_os_str().is_empty()) {
        create_dir_all(directory).map_err(|reason| {
            StoreError::Database(sqlx::Error::Configuration(format!("the directory {} of the database cannot be made: {reason}", directory.display()).into()))
        })?;
    }
    Ok(format!("{url}{}mode=rwc", if url.contains('?') { '&' } else { '?' }))
}

/// A file beside the database, which is never deleted: whoever holds a lock on a deleted file locks nobody out.
pub(super) fn beside(url: &str, what: &str) -> Result<PathBuf, StoreError> {
    let mut name = sqlite_file(url)?.into_os_string();
    name.push(format!(".{what}.lock"));
    Ok(name.into())
}

pub(super) fn open_lock(path: &Path) -> Result<File, StoreError> {
    let failed = |reason| StoreError::LockFile { path: path.display().to_string(), reason };
    OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(failed)
}

pub(super) fn lock_file(url: &str, chain_id: u64) -> Result<Option<ChainLock>, StoreError> {
    let path = beside(url, &format!("chain-{chain_id}"))?;
    let file = open_lock(&path)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(ChainLock::File(file))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(reason)) => Err(StoreError::LockFile { path: path.display().to_string(), reason }),
    }
}
