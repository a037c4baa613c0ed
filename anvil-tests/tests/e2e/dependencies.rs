//! What is let into the build.

use std::path::Path;
use std::process::{Command, Output};

/// Judges the dependencies by these rules.
fn judged_by(rules: &Path) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    Command::new("node").arg(root.join(".ci/dependencies")).arg(rules).current_dir(root).output().unwrap()
}

#[test]
fn i15_a_dependency_under_a_licence_that_is_not_on_the_list_or_that_is_banned_stops_the_build() {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("deny.toml");
    let fine = judged_by(&rules);
    assert!(fine.status.success(), "{}", String::from_utf8_lossy(&fine.stderr));
    let text = std::fs::read_to_string(&rules).unwrap();
    let directory = tempfile::tempdir().unwrap();
    for (named, instead, said) in [("\"ISC\", ", "", "has the licence"), ("\"openssl\"", "\"tokio\"", "is banned by deny.toml")] {
        let stricter = directory.path().join("deny.toml");
        std::fs::write(&stricter, text.replacen(named, instead, 1)).unwrap();
        let refused = judged_by(&stricter);
        let errors = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && errors.contains(said), "{named}: {errors}");
    }
}
