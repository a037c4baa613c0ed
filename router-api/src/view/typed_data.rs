//! EIP-712 typed data, for `eth_signTypedData_v4`.

use std::collections::BTreeMap;

use alloy_sol_types::{Eip712Domain, SolStruct};
use serde::Serialize;
use utoipa::ToSchema;

/// One field of a type.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AgreementTypedField)]
pub struct FieldView {
    /// Its name.
    pub name: String,
    /// Its Solidity type.
    pub r#type: String,
}

/// The domain.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AgreementDomain)]
pub struct DomainView {
    /// `Counterfoil`
    pub name: String,
    /// `1`
    pub version: String,
    /// EIP-155 chain id of the asset.
    pub chain_id: u64,
}

impl DomainView {
    /// Of this domain, on this chain.
    #[must_use]
    pub fn new(domain: &Eip712Domain, chain_id: u64) -> Self {
        let text = |part: &Option<std::borrow::Cow<'static, str>>| part.as_deref().unwrap_or_default().to_owned();
        Self { name: text(&domain.name), version: text(&domain.version), chain_id }
    }
}

/// `EIP712Domain` and the struct, with their fields in order.
pub fn types_of<T: SolStruct>(domain: &Eip712Domain) -> BTreeMap<&'static str, Vec<FieldView>> {
    let fields = |encoded: &str| encoded.split(',').filter_map(|field| field.split_once(' ')).map(FieldView::from).collect();
    BTreeMap::from([("EIP712Domain", fields(inside(&domain.encode_type()))), (T::NAME, fields(inside(&T::eip712_encode_type())))])
}

impl From<(&str, &str)> for FieldView {
    fn from((kind, name): (&str, &str)) -> Self {
        Self { name: name.to_owned(), r#type: kind.to_owned() }
    }
}

/// The fields of an `encodeType` string: the digest is made with it, so the two cannot differ.
fn inside(encoded: &str) -> &str {
    encoded.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).expect("encodeType is name(fields) for a struct without structs inside")
}
