//! A file that appears whole or not at all, never in the place of another one, and readable by its owner alone.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::failure::{Failure, OrFix};

/// A file that is being written beside its place; dropped before [`NewFile::keep`], it leaves nothing.
#[derive(Debug)]
pub struct NewFile {
    file: NamedTempFile,
    folder: PathBuf,
    path: PathBuf,
}

impl NewFile {
    /// Begins the file that is to be `path`.
    ///
    /// # Errors
    /// When there is something at `path` already, or no folder to make it in.
    pub fn create(path: &Path) -> anyhow::Result<Self> {
        if fs::symlink_metadata(path).is_ok() {
            return Err(Failure::new(format!("{} is there already", path.display()), "name a file that is not there yet; nothing is overwritten").into());
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned();
        // With mode 0600, as all files of this kind.
        let file = tempfile::Builder::new().prefix(".counterfoil-").tempfile_in(&folder);
        let file = file.or_fix(format!("cannot make {}", path.display()), "name a file in a folder that is there and that you can write to")?;
        Ok(Self { file, folder, path: path.to_owned() })
    }

    /// Puts the file in its place, safe from a power cut.
    ///
    /// # Errors
    /// When something took the place meanwhile, or the disk fails.
    pub fn keep(self) -> anyhow::Result<()> {
        let Self { file, folder, path } = self;
        let kept = file.as_file().sync_all().and_then(|()| {
            file.persist_noclobber(&path)?;
            File::open(folder)?.sync_all()
        });
        kept.or_fix(format!("cannot make {}", path.display()), "look whether something is there now, and whether the disk is full")
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn names(folder: &Path) -> Vec<String> {
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_file_appears_when_it_is_whole_and_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let mut file = NewFile::create(&path).unwrap();
        file.write_all(b"half ").unwrap();
        assert!(!path.exists());
        file.write_all(b"and half").unwrap();
        file.keep().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"half and half");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(names(folder.path()), ["a"]);
    }

    #[test]
    fn a_file_that_is_given_up_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = NewFile::create(&folder.path().join("a")).unwrap();
        file.write_all(b"half").unwrap();
        drop(file);
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn what_is_there_stays_even_if_it_came_meanwhile() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let late = NewFile::create(&path).unwrap();
        fs::write(&path, "first").unwrap();
        assert!(late.keep().is_err());
        assert!(NewFile::create(&path).unwrap_err().to_string().contains("is there already"));
        assert_eq!(fs::read(&path).unwrap(), b"first");
        assert_eq!(names(folder.path()), ["a"]);
    }

    #[test]
    fn a_folder_that_is_not_there_is_told() {
        let folder = tempfile::tempdir().unwrap();
        assert!(NewFile::create(&folder.path().join("no/a")).unwrap_err().to_string().starts_with("cannot make "));
    }
}
