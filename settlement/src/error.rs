//! The one shape of a refused transition.

/// An action that the present state does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot {action} while {from}: {because}")]
pub struct NotAllowed {
    /// The present state.
    pub from: &'static str,
    /// What was attempted.
    pub action: &'static str,
    /// The rule, for whoever attempted it.
    pub because: &'static str,
}
