//! Tokens that refuse to move: paused, or one of the parties is on their list.

use alloy_sol_types::{Revert, SolError, SolInterface, sol};

sol! {
    /// How tokens say that they do not let this transfer happen now, whatever is paid by whom.
    interface Blocking {
        /// OpenZeppelin Contracts 5, `Pausable`.
        error EnforcedPause();
        /// OpenZeppelin Community Contracts, `ERC20Blocklist`.
        error ERC20Blocked(address user);
        /// OpenZeppelin Community Contracts, `ERC20Restricted`.
        error ERC20UserRestricted(address account);
        /// The test token.
        error AccountBlacklisted(address account);
    }
}

/// How tokens say the same in words: USDC (`FiatToken` 1 and 2), OpenZeppelin Contracts 2 to 4.
const WORDS: [&str; 3] = ["Blacklistable: account is blacklisted", "Pausable: paused", "ERC20Pausable: token transfer while paused"];

/// Whether this is what a token reverts with that is paused or has one of the parties on its list. Some (USDT) revert without saying why: of those nobody knows.
pub fn blocks_transfer(revert_data: &[u8]) -> bool {
    let in_words = || Revert::abi_decode(revert_data).is_ok_and(|revert| WORDS.contains(&revert.reason.as_str()));
    Blocking::BlockingErrors::abi_decode(revert_data).is_ok() || in_words()
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{Address, U256};
    use alloy_sol_types::Panic;

    use super::*;
    use crate::TestToken;

    #[test]
    fn c04_a_token_that_is_paused_or_blocks_a_party_is_told_from_other_reverts() {
        let party = Address::repeat_byte(1);
        assert!(blocks_transfer(&Blocking::EnforcedPause {}.abi_encode()));
        assert!(blocks_transfer(&Blocking::ERC20Blocked { user: party }.abi_encode()));
        assert!(blocks_transfer(&TestToken::AccountBlacklisted { account: party }.abi_encode()), "as its ABI has it");
        for words in WORDS {
            assert!(blocks_transfer(&Revert::from(words).abi_encode()), "{words}");
        }
        assert!(!blocks_transfer(&[]), "USDT gives no reason");
        assert!(!blocks_transfer(&Revert::from("ERC20: transfer amount exceeds balance").abi_encode()));
        assert!(!blocks_transfer(&Panic { code: U256::from(1) }.abi_encode()));
        assert!(!blocks_transfer(&TestToken::InsufficientBalance::SELECTOR), "another error");
    }

    /// Of OpenZeppelin's `Pausable`, as block explorers list it.
    #[test]
    fn c04_the_selector_of_a_pause_is_the_one_in_use() {
        assert_eq!(Blocking::EnforcedPause::SELECTOR, [0xd9, 0x3c, 0x06, 0x65]);
    }
}
