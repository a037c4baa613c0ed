//! Who and what is in a test database from the start.

use alloy_primitives::{Address, Bytes};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use secrecy::SecretString;
use serde_json::{Value, json};
use settlement::agreement::{AgreementRecord, AgreementState, Consent, Party};
use settlement::asset::{Asset, Token};
use settlement::chain::ChainPolicy;
use settlement::ids::{AgreementId, PayoutMethodId, ProfileId, TokenId};
use settlement::scope::Scope;
use settlement::terms::Terms;
use settlement::wallet::WalletProof;
use settlement::{IdSource, Timestamp};
use store::{ApiToken, PayoutMethod, Profile, Store, Wallet};

use super::{CHAIN_ID, FixedIds, TestApp, key};
use crate::token;

/// A profile with a wallet and a token that has every scope.
pub struct Actor {
    /// Its profile.
    pub profile: ProfileId,
    /// Its wallet.
    pub wallet: PrivateKeySigner,
    /// Its bearer token.
    pub token: String,
    /// The token's id.
    pub token_id: TokenId,
}

/// What else is there.
pub struct Seeded {
    /// The test token, `USDC` with 6 decimals.
    pub asset: Asset,
    /// The seller's payout method.
    pub payout_method: PayoutMethodId,
    /// An agreement between buyer and seller, in progress, payable at any time; the marketplace attested it, and it names the evaluator.
    pub agreement: AgreementId,
}

pub(super) struct Seeding<'a> {
    pub(super) store: &'a Store,
    pub(super) ids: &'a FixedIds,
    pub(super) token_key: &'a SecretString,
    pub(super) chain: &'a ChainPolicy,
    pub(super) now: Timestamp,
}

impl Seeding<'_> {
    pub(super) async fn actor(&self, name: &str, number: u8) -> Actor {
        let (profile, wallet) = (ProfileId::new(self.ids.ulid()), key(number));
        let mut tx = self.store.begin().await.unwrap();
        let row = Profile::new(profile.clone(), name, self.now);
        tx.insert_profile(&row).await.unwrap();
        tx.insert_wallet(&Wallet::new(wallet.address(), WalletProof::Key, profile.clone(), self.now)).await.unwrap();
        tx.commit().await.unwrap();
        let (token_id, token) = self.token(&profile, Scope::ALL).await;
        Actor { profile, wallet, token, token_id }
    }

    async fn token(&self, profile: &ProfileId, scopes: &[Scope]) -> (TokenId, String) {
        let (id, secret) = (TokenId::new(self.ids.ulid()), token::mint(self.ids));
        let row = ApiToken {
            id: id.clone(),
            profile: profile.clone(),
            name: "test".to_owned(),
            scopes: scopes.to_vec(),
            created_at: self.now,
            expires_at: None,
            last_used_at: None,
            revoked_at: None,
            replaced_by: None,
        };
        let mut tx = self.store.begin().await.unwrap();
        tx.insert_token(&row, &token::hash(self.token_key, secret.expose())).await.unwrap();
        tx.commit().await.unwrap();
        (id, secret.expose().to_owned())
    }

    pub(super) async fn rest(&self, [buyer, seller, evaluator, marketplace]: [&Actor; 4]) -> Seeded {
        let asset = Asset::Erc20 { chain_id: CHAIN_ID, token: Address::repeat_byte(0x70) };
        let token = Token { asset, symbol: "USDC".to_owned(), decimals: 6, eip2612: true, eip3009: true, permit2: true, allowed: true };
        let method = PayoutMethod {
            id: PayoutMethodId::new(self.ids.ulid()),
            profile: seller.profile.clone(),
            asset,
            symbol: token.symbol.clone(),
            network: format!("eip155:{CHAIN_ID}"),
            address: seller.wallet.address(),
            memo: None,
            label: None,
            is_active: true,
            created_at: self.now,
            updated_at: self.now,
        };
        let agreement = self.agreement([buyer, seller, evaluator, marketplace], asset);
        let mut tx = self.store.begin().await.unwrap();
        tx.upsert_registered_token(&token, self.now).await.unwrap();
        tx.upsert_payout_method(&method).await.unwrap();
        tx.insert_agreement(&agreement).await.unwrap();
        tx.commit().await.unwrap();
        Seeded { asset, payout_method: method.id, agreement: agreement.id }
    }

    fn agreement(&self, [buyer, seller, evaluator, marketplace]: [&Actor; 4], asset: Asset) -> AgreementRecord {
        let mut terms = terms(asset, seller.wallet.address());
        terms["evaluator"] = json!(evaluator.wallet.address().to_string());
        let party = |actor: &Actor| Party { profile: actor.profile.clone(), wallet: actor.wallet.address() };
        AgreementRecord {
            id: AgreementId::new(self.ids.ulid()),
            external_ref: "order-1".to_owned(),
            importer: marketplace.profile.clone(),
            buyer: party(buyer),
            seller: party(seller),
            terms: Terms::parse(&terms).unwrap(),
            consent: Consent::Attested { by: marketplace.profile.clone() },
            fee: self.chain.fee,
            payout: None,
            state: AgreementState::InProgress,
            created_at: self.now,
            updated_at: self.now,
        }
    }
}

/// Terms of 12.50 in the asset, payable at any time.
pub fn terms(asset: Asset, payee: Address) -> Value {
    json!({
        "title": "Translate the manual",
        "amountAtomic": "12500000",
        "asset": asset.to_string(),
        "payeeAddress": payee.to_string(),
        "paymentTiming": "any_time",
        "settlement": "direct",
    })
}

impl TestApp {
    /// Another token of the actor, with these scopes only.
    pub async fn token_with(&self, actor: &Actor, scopes: &[Scope]) -> String {
        let seeding = Seeding { store: &self.store, ids: &self.ids, token_key: self.token_key(), chain: self.chain(), now: self.now() };
        seeding.token(&actor.profile, scopes).await.1
    }

    /// The profile that the wallet at an address speaks for on the chain of the tests.
    pub async fn profile_of(&self, wallet: Address) -> Option<ProfileId> {
        Wallet::speaking_on(&self.store.wallets_at(wallet).await.unwrap(), CHAIN_ID).map(|wallet| wallet.profile.clone())
    }

    /// The body of a sign-in by this wallet, over a fresh nonce.
    pub async fn sign_in_message(&self, wallet: &PrivateKeySigner) -> Value {
        let nonce = self.get("/api/auth/nonce").send().await.expect(200);
        self.signed_with_nonce(wallet, nonce["nonce"].as_str().unwrap())
    }

    /// The same over a given nonce.
    pub fn signed_with_nonce(&self, wallet: &PrivateKeySigner, nonce: &str) -> Value {
        let message = self.message(wallet.address(), nonce);
        let signature = Bytes::from(wallet.sign_message_sync(message.as_bytes()).unwrap().as_bytes().to_vec());
        json!({ "message": message, "signature": signature.to_string() })
    }

    /// A sign-in over a fresh nonce that nobody has signed yet.
    pub async fn sign_in_text(&self, wallet: Address) -> Value {
        let nonce = self.get("/api/auth/nonce").send().await.expect(200);
        json!({ "message": self.message(wallet, nonce["nonce"].as_str().unwrap()) })
    }

    fn message(&self, wallet: Address, nonce: &str) -> String {
        format!(
            "pay.example wants you to sign in with your Ethereum account:\n{wallet}\n\n\nURI: https://pay.example/\nVersion: 1\nChain ID: {CHAIN_ID}\nNonce: {nonce}\nIssued At: {}",
            self.now()
        )
    }
}
