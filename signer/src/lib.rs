//! The keys: the hot key that signs payment requests for an operator, and the keys of those who agree and pay.
//!
//! - [`routing`]: what the API asks of a signer; [`local`] is one with the key in this process; [`policy`] bounds what any of them signs.
//! - [`key`] and [`keystore`]: where a key comes from. Key material appears in no `Debug`, no `Display` and no error.
//! - [`payload`]: the `execution` JSON of a payment request, made by the API and read by buyers; [`wallet`] checks and pays it.

pub mod key;
pub mod keystore;
pub mod local;
pub mod payload;
pub mod policy;
pub mod routing;
pub mod wallet;

pub use key::{KeyError, WalletKey};
pub use local::LocalSigner;
pub use payload::ExecutionPayload;
pub use policy::{PolicySigner, SigningPolicy};
pub use routing::{RoutingSigner, SignerError};
pub use wallet::{BuyerWallet, CheckedPayment, Expectation, PayloadIssue};
