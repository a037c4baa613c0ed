use alloy_primitives::{Address, B256, Bytes, address, keccak256};
use alloy_sol_types::{SolCall as _, SolValue as _};
use contracts::{
    CREATE2_FACTORY, ESCROW_SALT, ROUTER_SALT, TestToken, TestTokenProxy, escrow_address, escrow_code_hash, escrow_init_code, router_address, router_code_hash,
    router_init_code, test_token_init_code, test_token_proxy_init_code,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Deployment {
    factory: Address,
    router: Deployed,
    escrow: Deployed,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Deployed {
    salt: B256,
    init_code_hash: B256,
    address: Address,
    code_hash: B256,
}

fn deployment() -> Deployment {
    serde_json::from_str(include_str!("../../vectors/deployment.json")).expect("the vectors have this shape")
}

#[test]
fn the_router_is_where_viem_and_forge_put_it() {
    let Deployment { factory, router, .. } = deployment();
    assert_eq!(CREATE2_FACTORY, factory);
    assert_eq!(ROUTER_SALT, router.salt);
    assert_eq!(ROUTER_SALT, keccak256("counterfoil.PaymentRouter.1"));
    assert_eq!(keccak256(router_init_code()), router.init_code_hash);
    assert_eq!(router_address(), router.address);
    assert_eq!(router_code_hash(), router.code_hash);
}

#[test]
fn the_escrow_is_where_viem_and_forge_put_it() {
    let Deployment { escrow, .. } = deployment();
    assert_eq!(ESCROW_SALT, escrow.salt);
    assert_eq!(ESCROW_SALT, keccak256("counterfoil.Escrow.1"));
    assert_eq!(keccak256(escrow_init_code()), escrow.init_code_hash);
    assert_eq!(escrow_address(), escrow.address);
    assert_eq!(escrow_code_hash(), escrow.code_hash);
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
