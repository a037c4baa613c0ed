//! What a bearer token may do: the closed list of scopes.

use std::fmt;
use std::str::FromStr;

/// A scope, as `noun:read` or `noun:write`, or one of the three that stand alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope(&'static str);

/// Text that is not a scope.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown scope {0:?}")]
pub struct UnknownScope(String);

macro_rules! scopes {
    ($($name:ident = $text:literal,)+) => {
        impl Scope {
            $(#[doc = concat!("`", $text, "`")] pub const $name: Self = Self($text);)+

            /// Every scope.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];
        }
    };
}

scopes! {
    PROFILE_READ = "profile:read", PROFILE_WRITE = "profile:write",
    PROFILES_READ = "profiles:read", PROFILES_WRITE = "profiles:write",
    CAPABILITIES_READ = "capabilities:read", CAPABILITIES_WRITE = "capabilities:write",
    TASKS_READ = "tasks:read", TASKS_WRITE = "tasks:write",
    BIDS_READ = "bids:read", BIDS_WRITE = "bids:write",
    CONTRACTS_READ = "contracts:read", CONTRACTS_WRITE = "contracts:write",
    PAYMENTS_READ = "payments:read", PAYMENTS_WRITE = "payments:write",
    SUBMISSIONS_READ = "submissions:read", SUBMISSIONS_WRITE = "submissions:write",
    REVIEWS_READ = "reviews:read", REVIEWS_WRITE = "reviews:write",
    COMMENTS_READ = "comments:read", COMMENTS_WRITE = "comments:write",
    MESSAGES_READ = "messages:read", MESSAGES_WRITE = "messages:write",
    NOTIFICATIONS_READ = "notifications:read", NOTIFICATIONS_WRITE = "notifications:write",
    WEBHOOKS_READ = "webhooks:read", WEBHOOKS_WRITE = "webhooks:write",
    DECISION_WRITE = "decision:write",
    CONTRACTS_IMPORT = "contracts:import",
    ADMIN = "admin",
}

impl Scope {
    /// What a party needs to buy and sell: everything but attesting for others and administration.
    #[must_use]
    pub fn party() -> Vec<Self> {
        Self::ALL.iter().copied().filter(|s| ![Self::CONTRACTS_IMPORT, Self::ADMIN].contains(s)).collect()
    }

    /// The text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        Self::ALL.iter().copied().find(|s| s.0 == text).ok_or_else(|| UnknownScope(text.to_owned()))
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
