//! What the generated types promise to the rest of the product.

use alloy_sol_types::SolStruct;
use contracts::Payment;

#[test]
fn the_type_string_of_a_payment_is_the_one_that_wallets_hash() {
    assert_eq!(
        Payment::eip712_root_type(),
        "Payment(address operator,bytes32 requestId,bytes32 parent,address payer,address payee,address token,\
         uint256 amount,address feeRecipient,uint256 feeAmount,uint256 nonce,uint256 deadline)"
    );
}
