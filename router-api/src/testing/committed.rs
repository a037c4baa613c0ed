//! Committed texts that are made from the code.

use std::path::{Path, PathBuf};

/// A file of the repository, by its path from this crate's folder.
pub fn beside(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Fails, or with `UPDATE=1` mends, when the committed text is another one.
#[track_caller]
pub fn assert_committed(path: &Path, text: &str) {
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, text).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    let first = committed.lines().zip(text.lines()).find(|(is, should)| is != should);
    assert!(committed == text, "{} is not what the code says; run UPDATE=1 cargo test -p router-api committed. First: {first:?}", path.display());
}

/// The text with another content between `<!-- name -->` and `<!-- /name -->`.
#[track_caller]
pub fn with_section(text: &str, name: &str, content: &str) -> String {
    let (start, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let (before, rest) = text.split_once(&start).unwrap_or_else(|| panic!("there is no {start}"));
    let (_, after) = rest.split_once(&end).unwrap_or_else(|| panic!("there is no {end}"));
    format!("{before}{start}{content}{end}{after}")
}
