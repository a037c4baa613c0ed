//! Where a receipt's payment stands, in one line of text: what a QR code carries, so that whoever scans it can ask a chain.

use std::fmt;
use std::str::FromStr;

use alloy_primitives::B256;

use super::ReceiptClaim;

/// Names one event of one chain and what it has to say. As text: `chain=8453&tx=0x…&log=3&request=0x…`, in this order and spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// EIP-155.
    pub chain_id: u64,
    /// The transaction.
    pub tx_hash: B256,
    /// Index of the log in the block.
    pub log_index: u64,
    /// keccak256 of the snapshot.
    pub request_id: B256,
}

/// Text that is no reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected chain=<number>&tx=<0x and 64 digits>&log=<number>&request=<0x and 64 digits>")]
pub struct InvalidReference;

impl From<&ReceiptClaim> for Reference {
    fn from(claim: &ReceiptClaim) -> Self {
        let at = claim.event.location;
        Self { chain_id: at.chain_id, tx_hash: at.tx_hash, log_index: at.log_index, request_id: claim.event.request_id }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "chain={}&tx={:#x}&log={}&request={:#x}", self.chain_id, self.tx_hash, self.log_index, self.request_id)
    }
}

impl FromStr for Reference {
    type Err = InvalidReference;

    fn from_str(text: &str) -> Result<Self, InvalidReference> {
        let mut parts = text.split('&');
        let mut part = |name: &str| parts.next().and_then(|part| part.strip_prefix(name)?.strip_prefix('=')).ok_or(InvalidReference);
        let number = |text: &str| text.parse().map_err(|_| InvalidReference);
        let hash = |text: &str| text.parse().map_err(|_| InvalidReference);
        let reference =
            Self { chain_id: number(part("chain")?)?, tx_hash: hash(part("tx")?)?, log_index: number(part("log")?)?, request_id: hash(part("request")?)? };
        // One spelling only, and nothing after it.
        if reference.to_string() == text { Ok(reference) } else { Err(InvalidReference) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_reads_back_and_no_other_spelling_is_one() {
        let reference = Reference { chain_id: 8453, tx_hash: B256::repeat_byte(0xab), log_index: u64::MAX, request_id: B256::repeat_byte(1) };
        let text = reference.to_string();
        assert_eq!(text.parse(), Ok(reference));
        let wrong = [
            text.to_uppercase(),
            format!("{text}&x=1"),
            text.replace("chain=", "chain=0"),
            text.replace("log=", "log=+"),
            text.replace("0x", ""),
            text.replace("0xab", "0xAb"),
            text.replacen('&', "#", 1),
            text.split_once('&').unwrap().1.to_owned(),
            String::new(),
        ];
        for text in wrong {
            assert_eq!(text.parse::<Reference>(), Err(InvalidReference), "{text}");
        }
    }
}
