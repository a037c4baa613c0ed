//! Where what the chain says, what was signed and what is booked do not agree, and what mends each.

/// What kind of difference it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DifferenceKind {
    /// A final payment or refund under our operator that nothing here asked for.
    ChainOnly,
    /// A request counts as paid, or a refund as paid back, and no event stands on the chain.
    DatabaseOnly,
    /// Another amount was paid, or booked, than was signed.
    Amount,
    /// Another token was paid than was signed.
    Token,
    /// Somebody else paid than was signed.
    Payer,
    /// The event differs from what was signed in something else: payee, fee, nonce, deadline, signer.
    Terms,
    /// One unit of work was paid, or one refund paid back, more than once.
    Duplicate,
    /// What is verified is not booked, what is booked is not verified, or the ledger does not agree with itself.
    Ledger,
    /// A row that has to be compared cannot be read.
    Unreadable,
}

impl DifferenceKind {
    /// Every kind.
    pub const ALL: [Self; 9] =
        [Self::ChainOnly, Self::DatabaseOnly, Self::Amount, Self::Token, Self::Payer, Self::Terms, Self::Duplicate, Self::Ledger, Self::Unreadable];

    /// The kind of difference that a failed check of a payment is.
    #[must_use]
    pub fn of_check(check: &str) -> Self {
        match check {
            "amount" => Self::Amount,
            "token" => Self::Token,
            "payer" => Self::Payer,
            _ => Self::Terms,
        }
    }

    /// `chain_only`, `database_only`, `amount`, `token`, `payer`, `terms`, `duplicate`, `ledger` or `unreadable`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ChainOnly => "chain_only",
            Self::DatabaseOnly => "database_only",
            Self::Amount => "amount",
            Self::Token => "token",
            Self::Payer => "payer",
            Self::Terms => "terms",
            Self::Duplicate => "duplicate",
            Self::Ledger => "ledger",
            Self::Unreadable => "unreadable",
        }
    }

    /// What to do about it.
    #[must_use]
    pub const fn fix(self) -> &'static str {
        match self {
            Self::ChainOnly => {
                "The database is older than the payment, or another instance signs for the same operator: restore the newest backup (`counterfoil doctor` \
                 then says how far the chain is read), or have payer and payee settle it between them."
            }
            Self::DatabaseOnly => {
                "Rows were changed behind the program, or events were lost: `counterfoil audit verify`, then restore a backup and let the indexer read the \
                 chain again."
            }
            Self::Amount | Self::Token | Self::Payer | Self::Terms => {
                "Read `proofIssues` of the payment request, or `settlementIssues` of the refund request: payments of its agreement stand still until the event or the row is as it was signed. If rows \
                 were changed (`counterfoil audit verify`), restore a backup; if a node told of a wrong event, correct `rpc_urls`."
            }
            Self::Duplicate => "The payee returns what came twice; the unit, or the refund, counts once.",
            Self::Ledger | Self::Unreadable => {
                "The database was changed behind the program: `counterfoil audit verify`, then restore a backup and let the indexer read the chain again."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k07_every_kind_has_a_name_of_its_own_and_says_what_to_do() {
        let names: std::collections::BTreeSet<&str> = DifferenceKind::ALL.iter().map(|kind| kind.name()).collect();
        assert_eq!(names.len(), DifferenceKind::ALL.len());
        assert!(DifferenceKind::ALL.iter().all(|kind| kind.fix().len() > 20));
    }

    #[test]
    fn every_check_of_a_payment_is_one_of_the_kinds() {
        for (check, _) in crate::verify::CHECKS {
            let kind = DifferenceKind::of_check(check);
            let own = ["amount", "token", "payer"].contains(check);
            assert_eq!(kind == DifferenceKind::Terms, !own, "{check}");
        }
    }
}
