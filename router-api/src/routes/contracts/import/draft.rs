//! An import, checked as far as it can be without a transaction.

use alloy_primitives::{Address, B256};
use serde_json::json;
use settlement::agreement::{AgreementRecord, AgreementState, Consent, Party, PartyError, agreement_digest, check_parties, is_signed_by};
use settlement::audit::{AuditAction, Author};
use settlement::chain::ChainPolicy;
use settlement::ids::{AgreementId, ProfileId};
use settlement::scope::Scope;
use settlement::terms::Terms;
use store::{Conflict, Profile, StoreError, Tx, Wallet};

use super::{ConsentBody, ImportContract, PartyBody, terms};
use crate::extract::wire::HexBytes;
use crate::extract::{AgreementImport, Caller};
use crate::known::Setting;
use crate::problem::{Code, Problem};
use crate::state::Api;
use crate::text;

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

/// One party: a wallet, and the profile that has it where one does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Side {
    pub(super) wallet: Address,
    profile: Option<ProfileId>,
}

impl Draft {
    /// Checks terms, parties, asset, fee and signatures.
    pub(super) async fn new(api: &Api, body: &ImportContract) -> Result<Self, Problem> {
        let external_ref = text::line("externalRef", &body.external_ref, MAX_REF)?;
        let terms = terms::parse(&body.terms)?;
        let chain = chain_of(api, &terms).await?;
        let (buyer, seller) = (side(api, "buyer", &body.buyer).await?, side(api, "seller", &body.seller).await?);
        check(&terms, &buyer, &seller, &chain)?;
        let signatures = match &body.consent {
            ConsentBody::Attested {} => None,
            ConsentBody::Signatures { salt, buyer_signature, seller_signature } => {
                let digest = agreement_digest(&terms, buyer.wallet, seller.wallet, salt.0);
                check_signature(api, &chain, "buyer", buyer.wallet, digest, buyer_signature).await?;
                check_signature(api, &chain, "seller", seller.wallet, digest, seller_signature).await?;
                Some(Consent::Signatures { salt: salt.0, buyer: buyer_signature.0.clone(), seller: seller_signature.0.clone() })
            }
        };
        let setting = Setting::read(api, &terms.asset).await?;
        Ok(Self { external_ref, terms, buyer, seller, signatures, chain, setting })
    }

    /// Whether the caller may import this.
    ///
    /// # Errors
    /// 403 when consent is attested, or signed by two others, and the token lacks `contracts:import`; 422 when it is attested for an unknown wallet.
    pub(super) fn authorise(&self, caller: &Caller<AgreementImport>) -> Result<(), Problem> {
        let is_party = [&self.buyer, &self.seller].iter().any(|side| side.profile.as_ref() == Some(&caller.profile));
        if self.signatures.is_some() {
            return if is_party { Ok(()) } else { caller.require(&[Scope::CONTRACTS_IMPORT]) };
        }
        caller.require(&[Scope::CONTRACTS_IMPORT])?;
        // A wallet belongs to a profile only by a proof of its owner, and an attestation is none.
        for (name, side) in [("buyer", &self.buyer), ("seller", &self.seller)] {
            if side.profile.is_none() {
                return Err(Problem::field(Code::UnknownParty, name, "no profile has this wallet; its owner signs in once, or signs the agreement"));
            }
        }
        Ok(())
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

/// The wallet of a party, and its profile where it has one.
pub(super) async fn side(api: &Api, name: &'static str, body: &PartyBody) -> Result<Side, Problem> {
    match (&body.profile_id, &body.wallet) {
        (None, Some(wallet)) => {
            let profile = api.store.profile_by_wallet(**wallet).await?;
            Ok(Side { wallet: **wallet, profile: profile.map(|profile| active(name, profile)).transpose()? })
        }
        (Some(id), None) => {
            let unknown = |why| Problem::field(Code::UnknownParty, &format!("{name}.profileId"), why);
            let id: ProfileId = id.parse().map_err(|_| unknown("there is no such profile"))?;
            let id = active(name, api.store.profile(&id).await?.ok_or_else(|| unknown("there is no such profile with a wallet"))?)?;
            let wallets = api.store.wallets(&id).await?;
            match wallets.as_slice() {
                [one] => Ok(Side { wallet: one.address, profile: Some(id) }),
                [] => Err(unknown("there is no such profile with a wallet")),
                _ => Err(unknown("this profile has several wallets; name the one that consents as wallet")),
            }
        }
        _ => Err(Problem::field(Code::InvalidField, name, "name the party either by profileId or by wallet")),
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

async fn check_signature(api: &Api, chain: &ChainPolicy, name: &'static str, wallet: Address, digest: B256, signature: &HexBytes) -> Result<(), Problem> {
    if is_signed_by(&digest, signature, wallet) {
        return Ok(());
    }
    if api.is_accepted_by_contract(chain.chain_id, wallet, digest, signature).await? {
        return Ok(());
    }
    let why = format!("this is not {wallet}'s signature over these terms, parties and salt; contracts/import/typed-data answers what to sign");
    Err(Problem::field(Code::ConsentInvalid, &format!("consent.{name}Signature"), why).with("expectedDigest", digest.to_string()))
}

/// The party, with a new profile where the wallet has none.
async fn party(api: &Api, tx: &mut Tx, side: &Side, importer: Author) -> Result<Party, Problem> {
    if let Some(profile) = &side.profile {
        return Ok(Party { profile: profile.clone(), wallet: side.wallet });
    }
    let now = api.now();
    let profile = Profile::new(ProfileId::new(api.ids.ulid()), text::short_address(side.wallet), now);
    tx.insert_profile(&profile).await?;
    tx.audit(importer.did(AuditAction::ProfileCreated, &profile.id, now).with(json!({ "wallet": side.wallet.to_string() })));
    match tx.insert_wallet(&Wallet { address: side.wallet, profile: profile.id.clone(), proved_at: now }).await {
        Err(StoreError::Conflict(Conflict::Duplicate("wallet"))) => Err(Problem::new(Code::Conflict, "the wallet has just got a profile; repeat the import")),
        inserted => {
            inserted?;
            Ok(Party { profile: profile.id, wallet: side.wallet })
        }
    }
}
