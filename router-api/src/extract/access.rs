//! Which scopes an operation needs, as types: a handler that holds `Caller<PaymentWrite>` cannot have forgotten the check.

use settlement::scope::Scope;

/// Scopes of which a token needs all, or one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Every one of them.
    All(&'static [Scope]),
    /// At least one of them.
    Any(&'static [Scope]),
}

impl Rule {
    /// The scopes that `held` lacks; empty when the rule is met. For [`Rule::Any`] that is the whole list.
    #[must_use]
    pub fn missing(&self, held: &[Scope]) -> Vec<Scope> {
        match self {
            Self::All(scopes) => scopes.iter().copied().filter(|scope| !held.contains(scope)).collect(),
            Self::Any(scopes) if scopes.iter().any(|scope| held.contains(scope)) => Vec::new(),
            Self::Any(scopes) => scopes.to_vec(),
        }
    }

    /// `all` or `any`, as `requiredScopeMode` says it.
    #[must_use]
    pub const fn mode(&self) -> &'static str {
        match self {
            Self::All(_) => "all",
            Self::Any(_) => "any",
        }
    }

    /// The scopes it names.
    #[must_use]
    pub const fn scopes(&self) -> &'static [Scope] {
        match self {
            Self::All(scopes) | Self::Any(scopes) => scopes,
        }
    }
}

/// A type that stands for an access rule.
pub trait Access: Send + Sync + 'static {
    /// The rule. The operation's `security(…)` in the OpenAPI document says the same; a test compares the two for every route.
    const RULE: Rule;
}

macro_rules! access {
    ($($(#[$doc:meta])* $name:ident = $mode:ident [$($scope:ident),*];)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl Access for $name {
            const RULE: Rule = Rule::$mode(&[$(Scope::$scope),*]);
        }
    )+};
}

access! {
    /// Reading one's own profile, wallets, payout methods and tokens.
    ProfileRead = All[PROFILE_READ];
    /// Changing them.
    ProfileWrite = All[PROFILE_WRITE];
    /// Importing agreements.
    AgreementImport = Any[CONTRACTS_WRITE, CONTRACTS_IMPORT];
    /// Reading agreements.
    AgreementRead = All[CONTRACTS_READ];
    /// Changing agreements.
    AgreementWrite = All[CONTRACTS_WRITE];
    /// Reading deliveries.
    SubmissionRead = Any[SUBMISSIONS_READ, CONTRACTS_READ];
    /// Delivering.
    SubmissionWrite = All[SUBMISSIONS_WRITE];
    /// Accepting and rejecting deliveries.
    DecisionWrite = All[DECISION_WRITE];
    /// Reading payment requests, invoices and receipts.
    PaymentRead = Any[PAYMENTS_READ, CONTRACTS_READ];
    /// Running the instance.
    Admin = All[ADMIN];
    /// Making and changing payment requests.
    PaymentWrite = All[PAYMENTS_WRITE, CONTRACTS_WRITE];
    /// Reading the event log, which tells of agreements and payments.
    EventRead = Any[NOTIFICATIONS_READ, CONTRACTS_READ];
    /// Reading webhook endpoints and deliveries.
    WebhookRead = All[WEBHOOKS_READ];
    /// Changing what is delivered where it is delivered already.
    WebhookWrite = All[WEBHOOKS_WRITE];
    /// Saying where events go: whoever may do that can read them.
    WebhookSend = All[WEBHOOKS_WRITE, CONTRACTS_READ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_names_what_is_missing_and_any_is_met_by_one() {
        assert_eq!(PaymentWrite::RULE.missing(&[Scope::PAYMENTS_WRITE]), [Scope::CONTRACTS_WRITE]);
        assert!(PaymentWrite::RULE.missing(&[Scope::PAYMENTS_WRITE, Scope::CONTRACTS_WRITE]).is_empty());
        assert!(PaymentRead::RULE.missing(&[Scope::CONTRACTS_READ]).is_empty());
        assert_eq!(PaymentRead::RULE.missing(&[Scope::PROFILE_READ]), [Scope::PAYMENTS_READ, Scope::CONTRACTS_READ]);
    }
}
