//! An import, checked as far as it can be without a transaction.

use std::collections::BTreeSet;
use std::time::Duration;

use alloy_primitives::{Address, B256};
use serde_json::json;
use settlement::agreement::{AgreementRecord, AgreementState, Consent, Party, PartyError, agreement_digest, check_parties};
use settlement::audit::{AuditAction, Author};
use settlement::chain::ChainPolicy;
use settlement::ids::{AgreementId, ProfileId};
use settlement::scope::Scope;
use settlement::terms::Terms;
use settlement::wallet::WalletProof;
use store::{Conflict, Profile, StoreError, Tx, Wallet};

use super::{ConsentBody, ImportContract, PartyBody, terms};
use crate::extract::wire::HexBytes;
use crate::extract::{AgreementImport, Caller};
use crate::known::Setting;
use crate::problem::{Code, Problem};
use crate::state::Api;
use crate::text;

/// What imports are counted over.
const A_DAY: Duration = Duration::from_secs(86_400);
/// Longest external reference, in characters.
const MAX_REF: usize = 200;

/// An agreement whose terms, parties and signatures hold.
#[derive(Clone, Debug)]
pub struct Draft {
    pub(super) external_ref: String,
    terms: Terms,
    buyer: Side,
    seller: Side,
    signatures: Option<Consent>,
    chain: ChainPolicy,
    pub(super) setting: Setting,
}

/// One party: a wallet, and the profile that has it on the chain of the agreement, where one does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Side {
    name: &'static str,
    pub(super) wallet: Address,
    profile: Option<ProfileId>,
    /// How it signed.
    proof: Option<WalletProof>,
}

impl Side {
    /// Takes the signature for consent, and the profile that has the wallet by it.
    async fn consents(&mut self, api: &Api, chain_id: u64, digest: B256, signature: &HexBytes) -> Result<(), Problem> {
        let refused = |why| {
            let why = format!("{why}, over these terms, parties and salt; contracts/import/typed-data answers what to sign");
            Problem::field(Code::ConsentInvalid, &format!("consent.{}Signature", self.name), why).with("expectedDigest", digest.to_string())
        };
        let proof = api.prove(chain_id, self.wallet, digest, signature).await.map_err(|error| error.problem(refused))?;
        if self.profile.is_none() {
            let at_address = api.store.wallets_at(self.wallet).await?;
            self.profile = profile_of(api, self.name, Wallet::proved_by(&at_address, proof)).await?;
        }
        self.proof = Some(proof);
        Ok(())
    }
}

impl Draft {
    /// Checks terms, parties, asset, fee and signatures.
    pub(super) async fn new(api: &Api, body: &ImportContract) -> Result<Self, Problem> {
        let external_ref = text::line("externalRef", &body.external_ref, MAX_REF)?;
        let terms = terms::parse(&body.terms)?;
        let chain = chain_of(api, &terms).await?;
        let id = chain.chain_id;
        let (mut buyer, mut seller) = (side(api, id, "buyer", &body.buyer).await?, side(api, id, "seller", &body.seller).await?);
        check(&terms, &buyer, &seller, &chain)?;
        let signatures = match &body.consent {
            ConsentBody::Attested {} => None,
            ConsentBody::Signatures { salt, buyer_signature, seller_signature } => {
                let digest = agreement_digest(&terms, buyer.wallet, seller.wallet, salt.0);
                buyer.consents(api, id, digest, buyer_signature).await?;
                seller.consents(api, id, digest, seller_signature).await?;
                // Which profiles they are is known only by how they signed.
                check(&terms, &buyer, &seller, &chain)?;
                Some(Consent::Signatures { salt: salt.0, buyer: buyer_signature.0.clone(), seller: seller_signature.0.clone() })
            }
        };
        let setting = Setting::read(api, &terms.asset).await?;
        Ok(Self { external_ref, terms, buyer, seller, signatures, chain, setting })
    }

    /// Whether the caller may import this.
    ///
    /// # Errors
    /// 403 when consent is attested, or signed by two others, or makes a profile on an instance that makes none by itself, and the token lacks
    /// `contracts:import`; 422 when it is attested for an unknown wallet.
    pub(super) fn authorise(&self, api: &Api, caller: &Caller<AgreementImport>) -> Result<(), Problem> {
        let is_party = [&self.buyer, &self.seller].iter().any(|side| side.profile.as_ref() == Some(&caller.profile));
        if self.signatures.is_some() {
            if !is_party {
                caller.require(&[Scope::CONTRACTS_IMPORT])?;
            }
            return self.check_newcomers(api, caller);
        }
        caller.require(&[Scope::CONTRACTS_IMPORT])?;
        // A wallet belongs to a profile only by a proof of its owner, and an attestation is none.
        match [&self.buyer, &self.seller].into_iter().find(|side| side.profile.is_none()) {
            Some(side) => Err(unknown_wallet(side.name)),
            None => Ok(()),
        }
    }

    /// Where profiles are the operator's to make, a member brings nobody in by a signature: a marketplace does, which the operator has let.
    fn check_newcomers(&self, api: &Api, caller: &Caller<AgreementImport>) -> Result<(), Problem> {
        let newcomer = [&self.buyer, &self.seller].into_iter().find(|side| side.profile.is_none());
        match newcomer {
            Some(side) if !api.config.open_sign_in && !caller.token.scopes.contains(&Scope::CONTRACTS_IMPORT) => {
                let why = "this wallet has no profile here, and this instance makes one only for imports by a token with contracts:import";
                Err(Problem::field(Code::SignInClosed, side.name, why))
            }
            _ => Ok(()),
        }
    }

    /// Refuses one more agreement today: what is imported stays for ever, and only a marketplace is let store as much as it likes.
    ///
    /// # Errors
    /// 429 `rate_limited`, until the oldest of those that count is a day old.
    pub(super) async fn check_quota(api: &Api, tx: &mut Tx, caller: &Caller<AgreementImport>) -> Result<(), Problem> {
        let quota = api.config.limits.imports_per_day;
        if quota == 0 || caller.token.scopes.contains(&Scope::CONTRACTS_IMPORT) {
            return Ok(());
        }
        let now = api.now();
        let Some(oldest) = tx.imported(&caller.profile, quota, now.minus(A_DAY)).await? else { return Ok(()) };
        let wait_ms = oldest.plus(A_DAY).as_millis().saturating_sub(now.as_millis());
        let wait_s = u64::try_from(wait_ms).unwrap_or(0).div_ceil(1_000).max(1);
        let why = format!("this profile has imported {quota} agreements within 24 hours; more than that takes contracts:import");
        Err(Problem::new(Code::RateLimited, why).with("limit", "imports").retry_after(wait_s))
    }

    /// `existing`, if it is the same agreement.
    ///
    /// # Errors
    /// 409 `external_ref_taken` with the id of the one that exists.
    pub(super) fn same_as(&self, existing: AgreementRecord) -> Result<AgreementRecord, Problem> {
        let parties = (existing.buyer.wallet, existing.seller.wallet);
        if existing.terms.hash() == self.terms.hash() && parties == (self.buyer.wallet, self.seller.wallet) {
            return Ok(existing);
        }
        let problem = Problem::new(Code::ExternalRefTaken, "you have imported another agreement under this externalRef");
        Err(problem.with("contractId", existing.id.as_str()).with("termsHash", existing.terms.hash().to_string()))
    }

    /// The agreement, with the profiles of wallets that had none.
    pub(super) async fn store(&self, api: &Api, tx: &mut Tx, caller: &Caller<AgreementImport>) -> Result<AgreementRecord, Problem> {
        let (now, importer) = (api.now(), &caller.profile);
        Ok(AgreementRecord {
            id: AgreementId::new(api.ids.ulid()),
            external_ref: self.external_ref.clone(),
            importer: importer.clone(),
            buyer: party(api, tx, &self.buyer, caller.author()).await?,
            seller: party(api, tx, &self.seller, caller.author()).await?,
            terms: self.terms.clone(),
            consent: self.signatures.clone().unwrap_or_else(|| Consent::Attested { by: importer.clone() }),
            fee: self.chain.fee,
            payout: None,
            state: AgreementState::InProgress,
            created_at: now,
            updated_at: now,
        })
    }
}

/// The chain that the terms are paid on, if it and their asset are taken here.
pub(super) async fn chain_of(api: &Api, terms: &Terms) -> Result<ChainPolicy, Problem> {
    let refused = |why| Problem::field(Code::AssetNotSupported, "terms.asset", why);
    let chain = api.chain(terms.asset.chain_id()).ok_or_else(|| refused("this instance does not settle on that chain; see /api/chains"))?;
    match api.store.token(&terms.asset).await? {
        Some(token) if token.allowed => Ok(chain.clone()),
        Some(_) => Err(refused("this token is no longer taken for new agreements; see /api/chains")),
        None => Err(refused("this token is not registered here; see /api/chains")),
    }
}

/// The wallet of a party, and its profile where it has one on this chain.
pub(super) async fn side(api: &Api, chain_id: u64, name: &'static str, body: &PartyBody) -> Result<Side, Problem> {
    match (&body.profile_id, &body.wallet) {
        (None, Some(wallet)) => {
            let at_address = api.store.wallets_at(**wallet).await?;
            let profile = profile_of(api, name, Wallet::proved_by(&at_address, WalletProof::Contract { chain_id })).await?;
            Ok(Side { name, wallet: **wallet, profile, proof: None })
        }
        (Some(id), None) => {
            let unknown = |why| Problem::field(Code::UnknownParty, &format!("{name}.profileId"), why);
            let id: ProfileId = id.parse().map_err(|_| unknown("there is no such profile"))?;
            let id = active(name, api.store.profile(&id).await?.ok_or_else(|| unknown("there is no such profile with a wallet"))?)?;
            // Key and contract of one address are one wallet.
            let wallets = api.store.wallets(&id).await?;
            let addresses: BTreeSet<Address> = wallets.iter().filter(|wallet| wallet.speaks_on(chain_id)).map(|wallet| wallet.address).collect();
            match addresses.into_iter().collect::<Vec<_>>().as_slice() {
                [one] => Ok(Side { name, wallet: *one, profile: Some(id), proof: None }),
                [] => Err(unknown("there is no such profile with a wallet on this chain")),
                _ => Err(unknown("this profile has several wallets; name the one that consents as wallet")),
            }
        }
        _ => Err(Problem::field(Code::InvalidField, name, "name the party either by profileId or by wallet")),
    }
}

/// The profile that a wallet speaks for.
async fn profile_of(api: &Api, name: &'static str, wallet: Option<&Wallet>) -> Result<Option<ProfileId>, Problem> {
    let Some(wallet) = wallet else { return Ok(None) };
    if wallet.retired_at.is_some() {
        return Err(Problem::field(Code::UnknownParty, name, "this wallet was retired by its profile; name another one"));
    }
    match api.store.profile(&wallet.profile).await? {
        Some(profile) => active(name, profile).map(Some),
        None => Ok(None),
    }
}

/// The id of a profile that can act for itself.
fn active(name: &'static str, profile: Profile) -> Result<ProfileId, Problem> {
    match profile.disabled_at {
        None => Ok(profile.id),
        Some(_) => Err(Problem::field(Code::UnknownParty, name, "the profile of this party is disabled here")),
    }
}

/// Whether these parties can have this agreement, and its amount a fee.
pub(super) fn check(terms: &Terms, buyer: &Side, seller: &Side, chain: &ChainPolicy) -> Result<(), Problem> {
    if buyer.profile.is_some() && buyer.profile == seller.profile {
        return Err(Problem::new(Code::PartiesRefused, "buyer and seller must be two different profiles"));
    }
    // Profiles that are yet to be made are two, because their wallets are.
    let stand_in = |side: &Side, n: u128| Party { profile: side.profile.clone().unwrap_or_else(|| ProfileId::new(n.into())), wallet: side.wallet };
    check_parties(terms, &stand_in(buyer, 0), &stand_in(seller, 1), chain.router).map_err(|error| match &error {
        PartyError::Unusable(unusable) => Problem::field(Code::InvalidAddress, field_of(unusable.role), &error),
        PartyError::Same(_) | PartyError::OwnJudge => Problem::new(Code::PartiesRefused, error.to_string()),
    })?;
    let quote = chain.fee.quote(terms.amount).map_err(|error| Problem::field(Code::FeeRefused, "terms.amountAtomic", error))?;
    for part in &terms.milestones {
        chain.fee.quote(part.amount).map_err(|error| Problem::field(Code::FeeRefused, "terms.milestones", error))?;
    }
    if !quote.fee.is_zero() && terms.payee == chain.fee.recipient {
        return Err(Problem::field(Code::PartiesRefused, "terms.payeeAddress", "the payee cannot be the fee recipient"));
    }
    Ok(())
}

fn field_of(role: &str) -> &'static str {
    match role {
        "buyer" => "buyer",
        "seller" => "seller",
        "evaluator" => "terms.evaluator",
        _ => "terms.payeeAddress",
    }
}

/// The party, with a new profile where the wallet has none.
async fn party(api: &Api, tx: &mut Tx, side: &Side, importer: Author) -> Result<Party, Problem> {
    if let Some(profile) = &side.profile {
        return Ok(Party { profile: profile.clone(), wallet: side.wallet });
    }
    let Some(proof) = side.proof else { return Err(unknown_wallet(side.name)) };
    let now = api.now();
    let profile = Profile::new(ProfileId::new(api.ids.ulid()), text::short_address(side.wallet), now);
    tx.insert_profile(&profile).await?;
    let facts = json!({ "wallet": side.wallet.to_string(), "proof": proof.to_string() });
    tx.audit(importer.did(AuditAction::ProfileCreated, &profile.id, now).with(facts));
    match tx.insert_wallet(&Wallet::new(side.wallet, proof, profile.id.clone(), now)).await {
        Err(StoreError::Conflict(Conflict::Duplicate("wallet"))) => Err(Problem::new(Code::Conflict, "the wallet has just got a profile; repeat the import")),
        inserted => {
            inserted?;
            Ok(Party { profile: profile.id, wallet: side.wallet })
        }
    }
}

/// A wallet that is nobody's and has signed nothing.
fn unknown_wallet(name: &'static str) -> Problem {
    let why = "no profile has this wallet on this chain; its owner signs in once, or signs the agreement";
    Problem::field(Code::UnknownParty, name, why)
}
