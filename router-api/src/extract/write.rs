//! Writes: body, idempotency key and transaction as one value.
//!
//! `Write(body, mut effect): Write<T>` in a handler's parameters means: the body is read and fits `T`, the idempotency key (if any) is claimed, and
//! `effect.tx` is open. The handler changes things through `effect.tx` and ends with [`Effect::commit`]. Returning early with a [`Problem`] drops the
//! transaction: nothing happened, nothing is stored under the key, and the same request can be sent again. A request whose answer is stored never reaches
//! the handler.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use settlement::ids::ProfileId;
use sha2::{Digest, Sha256};
use store::{Claim, IdempotencyKey, StoredAnswer, Tx};

use super::access::Access;
use super::body;
use super::caller::Owner;
use super::participant::Participant;
use crate::problem::{Code, Problem};
use crate::state::Api;

/// The header of the HTTP API draft (draft-ietf-httpapi-idempotency-key-header).
const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// What some clients call it.
const IDEMPOTENCY_KEY_ALIAS: &str = "x-idempotency-key";
/// Longest key, in characters.
const MAX_KEY_LENGTH: usize = 200;
/// When to ask again for a request that is still running, in seconds.
const IN_FLIGHT_RETRY_S: u64 = 1;

/// How long a database may take to undo what was not committed.
const TAKE_BACK_WITHIN: Duration = Duration::from_secs(5);

/// A write: its body and its effect. Take `Caller` before it: keys belong to the caller's profile, and without a caller there is no write.
#[derive(Debug)]
pub struct Write<T>(pub T, pub Effect);

/// One effect: an open transaction, and the key under which its answer is stored with it.
#[derive(Debug)]
pub struct Effect {
    /// The transaction. Dropped without [`Effect::commit`], it never was. To go on after that with another one, [`Effect::abandon`] it first.
    pub tx: OpenTx,
    claimed: Option<Claimed>,
    api: Arc<Api>,
}

/// A body whose check may take long (a question to a chain): it is made before a transaction is open, so that it holds up nobody else.
pub trait Prepare {
    /// What the check finds. A failure belongs in here too: a request whose answer is stored is answered from the store all the same.
    type Prepared: Send;

    /// Checks the body, for whoever sent it.
    fn prepare(&self, api: &Api, caller: &ProfileId) -> impl Future<Output = Self::Prepared> + Send;
}

/// A [`Write`] whose body was prepared before the transaction was opened.
#[derive(Debug)]
pub struct PreparedWrite<T: Prepare>(pub T, pub T::Prepared, pub Effect);

/// The transaction of an effect. When it is dropped, the outermost layer takes it back before it answers ([`Dropped::take_back`]): left to the pool, that would
/// happen some time after the answer, and a client that sends the same request again at once would be told that it is still running.
#[derive(Debug)]
pub struct OpenTx {
    tx: Option<Tx>,
    dropped: Dropped,
}

/// The transactions of a request that were dropped. In the request's extensions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dropped(Arc<Mutex<Vec<Tx>>>);

impl Dropped {
    /// Takes them back.
    pub(crate) async fn take_back(&self) {
        let dropped = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        for tx in dropped {
            // Whatever comes of it, it never was; the pool looks after the connection.
            match tokio::time::timeout(TAKE_BACK_WITHIN, tx.rollback()).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::debug!(%error, "a transaction could not be taken back in an orderly way"),
                Err(_elapsed) => tracing::debug!("the database does not answer; a transaction is left to it"),
            }
        }
    }
}

impl OpenTx {
    /// The transaction, to be ended by who asks for it.
    fn into_inner(mut self) -> Tx {
        self.tx.take().expect("only this and drop take it out, and both end the value")
    }
}

impl Deref for OpenTx {
    type Target = Tx;

    fn deref(&self) -> &Tx {
        self.tx.as_ref().expect("it is there until the value ends")
    }
}

impl DerefMut for OpenTx {
    fn deref_mut(&mut self) -> &mut Tx {
        self.tx.as_mut().expect("it is there until the value ends")
    }
}

impl Drop for OpenTx {
    fn drop(&mut self) {
        self.dropped.0.lock().unwrap_or_else(PoisonError::into_inner).extend(self.tx.take());
    }
}
/// A body whose check needs to know what the path is about: a signature over something of the agreement, by a wallet that may be a contract.
pub trait PrepareFor<A> {
    /// What the check finds. A failure belongs in here too.
    type Prepared: Send;

    /// Checks the body.
    fn prepare_for(&self, api: &Api, participant: &Participant<A>) -> impl Future<Output = Self::Prepared> + Send;
}

/// A write about an agreement whose body is checked before the transaction is open.
#[derive(Debug)]
pub struct ParticipantWrite<A, T: PrepareFor<A>>(pub Participant<A>, pub T, pub T::Prepared, pub Effect);

#[derive(Debug)]
struct Claimed {
    key: IdempotencyKey,
    body_hash: [u8; 32],
}

impl<T: DeserializeOwned + Send + Sync> FromRequest<Arc<Api>> for Write<T> {
    /// A problem, or the stored answer of the same request.
    type Rejection = Response;

    async fn from_request(request: Request, api: &Arc<Api>) -> Result<Self, Response> {
        let read = Read::new(request, api).await.map_err(IntoResponse::into_response)?;
        let effect = read.claim(api).await?;
        Ok(Self(read.body, effect))
    }
}

impl<T: DeserializeOwned + Prepare + Send + Sync> FromRequest<Arc<Api>> for PreparedWrite<T> {
    /// A problem, or the stored answer of the same request.
    type Rejection = Response;

    async fn from_request(request: Request, api: &Arc<Api>) -> Result<Self, Response> {
        let Owner(caller) = owner(&request).map_err(IntoResponse::into_response)?.clone();
        let read: Read<T> = Read::new(request, api).await.map_err(IntoResponse::into_response)?;
        let prepared = read.body.prepare(api, &caller).await;
        let effect = read.claim(api).await?;
        Ok(Self(read.body, prepared, effect))
    }
}

impl<A: Access, T: DeserializeOwned + PrepareFor<A> + Send + Sync> FromRequest<Arc<Api>> for ParticipantWrite<A, T> {
    /// A problem, or the stored answer of the same request.
    type Rejection = Response;

    async fn from_request(request: Request, api: &Arc<Api>) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let participant = Participant::from_request_parts(&mut parts, api).await.map_err(IntoResponse::into_response)?;
        let read: Read<T> = Read::new(Request::from_parts(parts, body), api).await.map_err(IntoResponse::into_response)?;
        let prepared = read.body.prepare_for(api, &participant).await;
        let effect = read.claim(api).await?;
        Ok(Self(participant, read.body, prepared, effect))
    }
}

/// A write as it was sent, before anything is claimed for it.
struct Read<T> {
    body: T,
    body_hash: [u8; 32],
    key: Option<IdempotencyKey>,
    dropped: Dropped,
}

impl<T: DeserializeOwned> Read<T> {
    async fn new(request: Request, api: &Arc<Api>) -> Result<Self, Problem> {
        let key = idempotency_key(api, &request)?;
        let headers = request.headers().clone();
        let dropped = request.extensions().get::<Dropped>().cloned().unwrap_or_default();
        let bytes = body::read(request, api).await?;
        Ok(Self { body: body::parse(&headers, &bytes)?, body_hash: Sha256::digest(&bytes).into(), key, dropped })
    }

    /// Opens the transaction, under the key where there is one.
    async fn claim(&self, api: &Arc<Api>) -> Result<Effect, Response> {
        let refuse = |problem: Problem| problem.into_response();
        let Some(key) = self.key.clone() else {
            let tx = api.store.begin().await.map_err(|error| refuse(error.into()))?;
            return Ok(self.effect(tx, None, api));
        };
        match api.store.claim(&key, self.body_hash).await.map_err(|error| refuse(error.into()))? {
            Claim::Fresh(tx) => Ok(self.effect(tx, Some(Claimed { key, body_hash: self.body_hash }), api)),
            Claim::Replay(answer) => Err(replay(answer)),
            Claim::OtherBody => Err(refuse(Problem::new(Code::IdempotencyKeyConflict, "this key was used with another body"))),
            Claim::InFlight => {
                let problem = Problem::new(Code::IdempotencyKeyInFlight, "a request with this key and body is still running");
                Err(refuse(problem.retry_after(IN_FLIGHT_RETRY_S)))
            }
        }
    }
}

impl<T> Read<T> {
    fn effect(&self, tx: Tx, claimed: Option<Claimed>, api: &Arc<Api>) -> Effect {
        Effect { tx: OpenTx { tx: Some(tx), dropped: self.dropped.clone() }, claimed, api: Arc::clone(api) }
    }
}

impl Effect {
    /// Takes it back now: its connection and its key are free for what follows.
    pub async fn abandon(self) {
        let dropped = self.tx.dropped.clone();
        drop(self);
        dropped.take_back().await;
    }

    /// Commits the effect and its answer together, and answers.
    ///
    /// # Errors
    /// When the transaction cannot be committed: then nothing happened, unless the answer says that nobody knows.
    pub async fn commit(self, status: StatusCode, body: &impl Serialize) -> Result<Response, Problem> {
        let body = to_json(body);
        self.finish(status, body.clone(), body).await
    }

    /// Commits an effect whose answer shows a secret: what is stored under the key is `kept`, which is the same without the secret. A retry finds what was
    /// made, and not the secret: that is shown once.
    ///
    /// # Errors
    /// When the transaction cannot be committed: then nothing happened, unless the answer says that nobody knows.
    pub async fn commit_secret(self, status: StatusCode, shown: &impl Serialize, kept: &impl Serialize) -> Result<Response, Problem> {
        self.finish(status, to_json(shown), to_json(kept)).await
    }

    /// Commits an effect whose answer is not known yet (it waits for the chain): nothing is stored under the key, so that the same request can be sent
    /// again to learn more.
    ///
    /// # Errors
    /// When the transaction cannot be committed: then nothing happened, unless the answer says that nobody knows.
    pub async fn release(self) -> Result<(), Problem> {
        Ok(self.tx.into_inner().commit().await?)
    }

    /// Commits an effect that leaves nothing to say (204).
    ///
    /// # Errors
    /// When the transaction cannot be committed: then nothing happened, unless the answer says that nobody knows.
    pub async fn commit_empty(self) -> Result<Response, Problem> {
        self.finish(StatusCode::NO_CONTENT, Vec::new(), Vec::new()).await
    }

    async fn finish(mut self, status: StatusCode, shown: Vec<u8>, kept: Vec<u8>) -> Result<Response, Problem> {
        if let Some(Claimed { key, body_hash }) = &self.claimed {
            let headers = if kept.is_empty() { Vec::new() } else { vec![(header::CONTENT_TYPE.to_string(), JSON.to_owned())] };
            let answer = StoredAnswer { status: status.as_u16(), headers, body: kept };
            self.tx.answer(key, *body_hash, &answer, self.api.now());
        }
        self.tx.into_inner().commit().await?;
        Ok(respond(status, shown))
    }
}

const JSON: &str = "application/json";

fn to_json(body: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(body).expect("views are plain data with string keys")
}

fn respond(status: StatusCode, body: Vec<u8>) -> Response {
    if body.is_empty() {
        return status.into_response();
    }
    (status, [(header::CONTENT_TYPE, HeaderValue::from_static(JSON))], body).into_response()
}

fn replay(answer: StoredAnswer) -> Response {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// Whose request it is.
fn owner(request: &Request) -> Result<&Owner, Problem> {
    request.extensions().get().ok_or_else(|| Problem::new(Code::Unauthorized, "writes need a bearer token"))
}

/// The key of a request, scoped to the caller's profile, the method and the path.
fn idempotency_key(api: &Api, request: &Request) -> Result<Option<IdempotencyKey>, Problem> {
    let Owner(owner) = owner(request)?;
    match sent_key(request.headers())? {
        Some(key) => Ok(Some(IdempotencyKey {
            owner: owner.to_string(),
            method: request.method().to_string(),
            path: request.uri().path().to_owned(),
            key: key.to_owned(),
        })),
        None if api.config.require_idempotency_key => {
            Err(Problem::new(Code::IdempotencyKeyRequired, "this instance takes writes only with an Idempotency-Key header"))
        }
        None => Ok(None),
    }
}

pub(crate) fn sent_key(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let mut sent = [IDEMPOTENCY_KEY, IDEMPOTENCY_KEY_ALIAS].into_iter().flat_map(|name| headers.get_all(name));
    let Some(value) = sent.next() else { return Ok(None) };
    let wrong = |why: &'static str| Problem::new(Code::InvalidIdempotencyKey, why);
    // Both names with one value is a client that plays safe; two values are two intentions.
    if sent.any(|other| other != value) {
        return Err(wrong("two different idempotency keys were sent"));
    }
    let key = value.to_str().unwrap_or_default();
    let fits = (1..=MAX_KEY_LENGTH).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_alphanumeric() || b"._:-".contains(&b));
    if fits { Ok(Some(key)) } else { Err(wrong("a key has 1 to 200 characters out of A-Z a-z 0-9 . _ : -")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(pairs: &[(&'static str, &str)]) -> Result<Option<String>, Code> {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_str(value).unwrap());
        }
        sent_key(&headers).map(|key| key.map(str::to_owned)).map_err(|problem| problem.code())
    }

    #[test]
    fn a_key_is_taken_from_either_header_and_checked() {
        assert_eq!(key(&[]), Ok(None));
        assert_eq!(key(&[("idempotency-key", "a.B_9:-")]), Ok(Some("a.B_9:-".to_owned())));
        assert_eq!(key(&[("x-idempotency-key", "k")]), Ok(Some("k".to_owned())));
        assert_eq!(key(&[("idempotency-key", "k"), ("x-idempotency-key", "k")]), Ok(Some("k".to_owned())));
        assert_eq!(key(&[("idempotency-key", "k"), ("x-idempotency-key", "l")]), Err(Code::InvalidIdempotencyKey));
        for bad in ["", "a b", "a/b", "\"quoted\"", &"k".repeat(201)] {
            assert_eq!(key(&[("idempotency-key", bad)]), Err(Code::InvalidIdempotencyKey), "{bad:?}");
        }
        assert_eq!(key(&[("idempotency-key", &"k".repeat(200))]), Ok(Some("k".repeat(200))));
    }
}
