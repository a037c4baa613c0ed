//! What a person needs beside a running instance to play a payment by hand: wallet keys as files, and an agreement to import.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::accounts::{BUYER, OPERATOR, SELLER};
use super::settings::write_private;
use crate::failure::OrFix;
use settlement::asset::Asset;

/// Names of the files in the data directory.
pub(super) const FILES: [&str; 4] = ["operator.key", "buyer.key", "seller.key", "agreement.json"];

/// Where they are.
#[derive(Clone, Debug)]
pub struct Samples {
    /// The operator's key.
    pub operator_key: PathBuf,
    /// The buyer's key.
    pub buyer_key: PathBuf,
    /// The seller's key.
    pub seller_key: PathBuf,
    /// An agreement of the two, not yet signed, under no reference: it can be imported again and again.
    pub agreement: PathBuf,
}

impl Samples {
    /// Writes them, for their owner alone.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write(data_dir: &Path, asset: Asset) -> anyhow::Result<Self> {
        let [operator_key, buyer_key, seller_key, agreement] = FILES.map(|name| data_dir.join(name));
        let terms = json!({
            "title": "Label 1,000 images", "acceptanceCriteria": ["Every image has exactly one label"], "amountAtomic": "12500000",
            "asset": asset.to_string(), "payeeAddress": SELLER.address().to_string(), "paymentTiming": "any_time", "settlement": "direct",
        });
        let text = serde_json::to_string_pretty(&json!({ "terms": terms }))? + "\n";
        let keys = [(&operator_key, OPERATOR), (&buyer_key, BUYER), (&seller_key, SELLER)];
        let files = keys.map(|(path, account)| (path, format!("{}\n", account.private_key)));
        for (path, text) in files.iter().chain([&(&agreement, text)]) {
            write_private(path, text).or_fix(format!("cannot write {}", path.display()), "choose another --data-dir")?;
        }
        Ok(Self { operator_key, buyer_key, seller_key, agreement })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::Address;
    use settlement::terms::Terms;
    use signer::WalletKey;

    #[test]
    fn the_keys_can_be_used_and_the_agreement_can_be_imported() {
        let folder = tempfile::tempdir().unwrap();
        let asset = Asset::Erc20 { chain_id: 31_337, token: Address::repeat_byte(2) };
        let samples = Samples::write(folder.path(), asset).unwrap();
        assert_eq!(WalletKey::from_file(&samples.operator_key).unwrap().address(), OPERATOR.address());
        assert_eq!(WalletKey::from_file(&samples.buyer_key).unwrap().address(), BUYER.address());
        assert_eq!(WalletKey::from_file(&samples.seller_key).unwrap().address(), SELLER.address());
        let agreement: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&samples.agreement).unwrap()).unwrap();
        assert_eq!(Terms::parse(&agreement["terms"]).unwrap().asset, asset);
    }
}
