use alloy_primitives::{Address, B256, Bytes, address, keccak256};
use alloy_sol_types::{SolCall as _, SolValue as _};
use contracts::{
    CREATE2_FACTORY, ROUTER_SALT, TestToken, TestTokenProxy, router_address, router_code_hash, router_init_code, test_token_init_code,
    test_token_proxy_init_code,
};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Deployment {
    factory: Address,
    salt: B256,
    init_code_hash: B256,
    router: Address,
    code_hash: B256,
}

#[test]
fn the_router_is_where_viem_and_forge_put_it() {
    let expected: Deployment = serde_json::from_str(include_str!("../../vectors/deployment.json")).expect("the vectors have this shape");
    assert_eq!(CREATE2_FACTORY, expected.factory);
    assert_eq!(ROUTER_SALT, expected.salt);
    assert_eq!(ROUTER_SALT, keccak256("counterfoil.PaymentRouter.1"));
    assert_eq!(keccak256(router_init_code()), expected.init_code_hash);
    assert_eq!(router_address(), expected.router);
    assert_eq!(router_code_hash(), expected.code_hash);
}

#[test]
fn the_proxys_creation_code_ends_with_its_constructor_arguments() {
    let implementation = address!("0x1111111111111111111111111111111111111111");
    let init_data: Bytes = TestToken::initializeCall { name_: "USD Coin".into(), symbol_: "USDC".into() }.abi_encode().into();
    let code = test_token_proxy_init_code(implementation, init_data.clone());
    let arguments = code.strip_prefix(TestTokenProxy::BYTECODE.as_ref()).expect("the code comes first");
    assert_eq!(arguments, (implementation, init_data).abi_encode_params());
    assert!(!test_token_init_code().is_empty());
}
