//! What went wrong, said so that a person knows what to do next.

use std::fmt;

/// A command that was refused or failed: what, why and how to mend it.
#[derive(Debug)]
pub struct Failure {
    /// What did not work.
    pub what: String,
    /// The machine-readable code, where the API gave one.
    pub code: Option<String>,
    /// What to do about it.
    pub fix: Option<String>,
    /// Why, for people.
    pub source: Option<anyhow::Error>,
}

impl Failure {
    /// A failure with its remedy.
    pub fn new(what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { what: what.into(), code: None, fix: Some(fix.into()), source: None }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|e| &**e as _)
    }
}

/// Adds to any error what was attempted and what mends it.
pub trait OrFix<T> {
    /// `what` did not work; `fix` is what to do about it.
    ///
    /// # Errors
    /// The same error, as the source of a [`Failure`].
    fn or_fix(self, what: impl Into<String>, fix: impl Into<String>) -> anyhow::Result<T>;
}

impl<T, E: Into<anyhow::Error>> OrFix<T> for Result<T, E> {
    fn or_fix(self, what: impl Into<String>, fix: impl Into<String>) -> anyhow::Result<T> {
        self.map_err(|e| Failure { source: Some(e.into()), ..Failure::new(what, fix) }.into())
    }
}

/// The innermost remedy of an error, if any of its causes names one.
#[must_use]
pub fn fix_of(error: &anyhow::Error) -> Option<&str> {
    failures(error).filter_map(|f| f.fix.as_deref()).last()
}

/// The code the API gave, if the error came from there.
#[must_use]
pub fn code_of(error: &anyhow::Error) -> Option<&str> {
    failures(error).filter_map(|f| f.code.as_deref()).last()
}

fn failures(error: &anyhow::Error) -> impl Iterator<Item = &Failure> {
    error.chain().filter_map(|cause| cause.downcast_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_remedy_is_the_one_to_tell() {
        let io = std::io::Error::other("refused");
        let inner = Err::<(), _>(io).or_fix("cannot reach the node", "start it");
        let outer = inner.or_fix("cannot deploy", "try again").unwrap_err();
        assert_eq!(format!("{outer:#}"), "cannot deploy: cannot reach the node: refused");
        assert_eq!(fix_of(&outer), Some("start it"));
        assert_eq!(code_of(&outer), None);
    }
}
