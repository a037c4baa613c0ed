//! Reverts in words.

use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::{Panic, Revert as Require, SolError, SolInterface};
use contracts::PaymentRouter::{self, PaymentRouterErrors};
use signer::wallet::Revert;

use crate::fixture::{OPERATOR, PAYEE};

#[test]
fn a_router_error_is_named_with_its_operands() {
    let data = PaymentRouter::NonceUsed { operator: OPERATOR, nonce: U256::from(7) }.abi_encode().into();
    assert_eq!(Revert::decode(&data).to_string(), format!("NonceUsed: nonce 7 of operator {OPERATOR} is paid or cancelled already"));
    let data = PaymentRouter::Expired { deadline: U256::from(5), timestamp: U256::from(6) }.abi_encode().into();
    assert_eq!(Revert::decode(&data).to_string(), "Expired: the deadline 5 has passed, block time is 6");
}

#[test]
fn every_router_error_is_recognised() {
    for selector in PaymentRouterErrors::selectors() {
        // Every error of the router has words of its own as operands, so zeros decode.
        let data: Bytes = [selector.as_slice(), &[0; 64]].concat().into();
        let revert = Revert::decode(&data);
        assert!(matches!(revert, Revert::Router(_)), "{revert:?}");
        let name = PaymentRouterErrors::name_by_selector(selector).unwrap();
        assert!(revert.to_string().starts_with(name), "{revert}");
    }
}

#[test]
fn c04_a_token_that_does_not_let_the_money_move_is_named_as_that() {
    let usdc: Bytes = Require::from("Blacklistable: account is blacklisted").abi_encode().into();
    let said = "token_transfer_blocked: the token is paused or has a party on its list (\"Blacklistable: account is blacklisted\")";
    assert_eq!(Revert::decode(&usdc).to_string(), said);
    let listed: Bytes = contracts::TestToken::AccountBlacklisted { account: PAYEE }.abi_encode().into();
    assert_eq!(Revert::decode(&listed).to_string(), "token_transfer_blocked: the token is paused or has a party on its list");
}

#[test]
fn other_reasons_are_told_apart() {
    let require: Bytes = Require::from("not today").abi_encode().into();
    assert_eq!(Revert::decode(&require).to_string(), "\"not today\"");
    let overflow: Bytes = Panic { code: U256::from(0x11) }.abi_encode().into();
    assert_eq!(Revert::decode(&overflow), Revert::Panic(U256::from(0x11)));
    let token = signer::wallet::Token::ERC20InsufficientBalance { sender: PAYEE, balance: U256::from(1), needed: U256::from(2) };
    assert_eq!(Revert::decode(&token.abi_encode().into()).to_string(), format!("the token says: {PAYEE} has 1, 2 is needed"));
    assert_eq!(Revert::decode(&Bytes::new()).to_string(), "no reason given");
    let unknown = Bytes::from_static(&[1, 2, 3, 4, 5]);
    assert_eq!(Revert::decode(&unknown), Revert::Other(unknown));
    let cut = PaymentRouter::WrongSigner { recovered: Address::ZERO }.abi_encode()[..20].to_vec();
    assert!(matches!(Revert::decode(&cut.into()), Revert::Other(_)));
}
