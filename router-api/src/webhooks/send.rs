//! One attempt: dial what was judged, send, read a little of the answer.

use std::error::Error;
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Response};

use super::target::{Reach, TargetError, Targets};

/// Longest time of an attempt, from the first packet to the last.
pub(super) const TIMEOUT: Duration = Duration::from_secs(15);
/// Longest time to reach the endpoint.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// What is read of an answer, in bytes. Nobody looks at it; reading it lets the connection be used again.
const MAX_ANSWER: usize = 64 * 1_024;
/// How long it is read: whoever sends the status and then dawdles has taken the delivery, and keeps no place.
const READ_FOR: Duration = Duration::from_millis(500);
/// How long a connection is kept for the next delivery: less than the shortest wait before a retry, so that every retry looks the name up again.
pub(super) const KEPT: Duration = Duration::from_secs(4);
/// Connections that are kept for one endpoint.
const KEPT_PER_HOST: usize = 16;
/// Longest line about a failure, in characters.
const MAX_DETAIL: usize = 200;
const USER_AGENT: &str = concat!("Counterfoil-Webhooks/", env!("CARGO_PKG_VERSION"));

/// Sends to endpoints.
#[derive(Clone, Debug)]
pub(super) struct Sender {
    targets: Targets,
    anywhere: Client,
    allowed_only: Client,
}

/// What is sent.
#[derive(Debug)]
pub(super) struct Message {
    /// Where to.
    pub(super) url: String,
    /// `webhook-id`.
    pub(super) id: String,
    /// `webhook-timestamp`.
    pub(super) timestamp: i64,
    /// `webhook-signature`.
    pub(super) signatures: String,
    /// The body.
    pub(super) body: Vec<u8>,
}

/// What came of it.
#[derive(Debug)]
pub(super) struct Sent {
    /// How long it took.
    pub(super) took: Duration,
    /// The status of the answer.
    pub(super) answer: Option<u16>,
    /// Why it does not count as delivered.
    pub(super) failure: Option<Failure>,
}

macro_rules! reasons {
    ($($(#[doc = $doc:literal])* $name:ident = $text:literal,)+) => {
        /// Why an attempt failed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Reason {
            $($(#[doc = $doc])* $name,)+
        }

        impl Reason {
            /// Every reason.
            #[cfg(test)]
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The text.
            pub(crate) const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
        }
    };
}

reasons! {
    /// The answer's status is not 2xx.
    Status = "status",
    /// The answer sends elsewhere; that is not followed.
    Redirect = "redirect",
    /// No answer within 15 seconds.
    Timeout = "timeout",
    /// Nobody takes the connection.
    Connect = "connect",
    /// The name has no address, or not only public ones.
    Dns = "dns",
    /// The address is not on the public internet.
    AddressRefused = "address_refused",
    /// The URL is not taken any more.
    UrlRefused = "url_refused",
    /// The connection cannot be secured: the certificate has expired, is for another name, or is from nobody known.
    Tls = "tls",
    /// The connection broke, or what came is not HTTP.
    Broken = "broken",
}

/// A failure: a word of a closed list, and a line for people that holds no URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) reason: Reason,
    pub(super) detail: String,
}

impl Failure {
    pub(super) fn new(reason: Reason, detail: &str) -> Self {
        // What others write (a certificate, a name server) is one short line of visible characters here.
        Self { reason, detail: detail.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_DETAIL).collect() }
    }
}

impl Sender {
    /// Over clients of its own: no proxies of the environment, no redirects, no cookies. `roots` are trusted besides those of the system.
    ///
    /// # Errors
    /// When the system has no TLS.
    pub(super) fn new(targets: &Targets, roots: &[Certificate]) -> reqwest::Result<Self> {
        let client = |reach: Reach| {
            Client::builder()
                .user_agent(USER_AGENT)
                .dns_resolver(targets.dialler(reach))
                .no_proxy()
                .redirect(Policy::none())
                .referer(false)
                .http1_only()
                .https_only(reach == Reach::Anywhere)
                .connect_timeout(CONNECT_TIMEOUT)
                .timeout(TIMEOUT)
                .pool_idle_timeout(KEPT)
                .pool_max_idle_per_host(KEPT_PER_HOST)
                .tls_certs_merge(roots.iter().cloned())
                .build()
        };
        Ok(Self { targets: targets.clone(), anywhere: client(Reach::Anywhere)?, allowed_only: client(Reach::AllowedOnly)? })
    }

    /// Makes an attempt.
    pub(super) async fn send(&self, message: Message) -> Sent {
        let started = Instant::now();
        let sent = self.try_to_send(message).await;
        let took = started.elapsed();
        match sent {
            Ok(status) => Sent { took, answer: Some(status), failure: judge(status) },
            Err(failure) => Sent { took, answer: None, failure: Some(failure) },
        }
    }

    async fn try_to_send(&self, message: Message) -> Result<u16, Failure> {
        let (url, reach) = self.targets.before_dialling(&message.url).map_err(|error| of_target(&error))?;
        let client = match reach {
            Reach::Anywhere => &self.anywhere,
            Reach::AllowedOnly => &self.allowed_only,
        };
        let answer = client.post(url).headers(headers(&message)).body(message.body).send().await.map_err(of_client)?;
        let status = answer.status().as_u16();
        // Whether there was time for all of it or not.
        let _ = tokio::time::timeout(READ_FOR, read_a_little(answer)).await;
        Ok(status)
    }
}

fn headers(message: &Message) -> HeaderMap {
    let text = |text: &str| HeaderValue::from_str(text).expect("ids and signatures are letters, digits and base64");
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(HeaderName::from_static("webhook-id"), text(&message.id));
    headers.insert(HeaderName::from_static("webhook-timestamp"), HeaderValue::from(message.timestamp));
    headers.insert(HeaderName::from_static("webhook-signature"), text(&message.signatures));
    headers
}

/// What the status says: 2xx is delivered, everything else is not.
fn judge(status: u16) -> Option<Failure> {
    match status {
        200..=299 => None,
        300..=399 => Some(Failure::new(Reason::Redirect, &format!("the endpoint answered {status}; redirects are not followed"))),
        _ => Some(Failure::new(Reason::Status, &format!("the endpoint answered {status}"))),
    }
}

/// The status counts, whatever becomes of the body.
async fn read_a_little(mut answer: Response) {
    let mut read = 0;
    while let Ok(Some(part)) = answer.chunk().await {
        read += part.len();
        if read > MAX_ANSWER {
            return;
        }
    }
}

fn of_target(error: &TargetError) -> Failure {
    let reason = match error {
        TargetError::Name | TargetError::Busy | TargetError::Slow => Reason::Dns,
        TargetError::Address(_) => Reason::AddressRefused,
        TargetError::NotAUrl | TargetError::TooLong | TargetError::Scheme | TargetError::Credentials | TargetError::Fragment | TargetError::Port(_) => {
            Reason::UrlRefused
        }
    };
    Failure::new(reason, &error.to_string())
}

fn of_client(error: reqwest::Error) -> Failure {
    // The URL is the endpoint owner's secret more often than not.
    let error = error.without_url();
    let is_connect = error.is_connect();
    let is_timeout = error.is_timeout();
    let mut source: Option<&(dyn Error + 'static)> = Some(&error);
    let mut innermost = error.to_string();
    while let Some(cause) = source {
        if let Some(error) = cause.downcast_ref::<TargetError>() {
            return of_target(error);
        }
        if let Some(error) = tls_error(cause) {
            return Failure::new(Reason::Tls, &error.to_string());
        }
        innermost = cause.to_string();
        source = cause.source();
    }
    let reason = match (is_timeout, is_connect) {
        (true, _) => Reason::Timeout,
        (false, true) => Reason::Connect,
        (false, false) => Reason::Broken,
    };
    Failure::new(reason, &innermost)
}

/// TLS hides its errors inside of I/O errors.
fn tls_error<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e rustls::Error> {
    if let Some(found) = error.downcast_ref() {
        return Some(found);
    }
    // `source` of an I/O error is that of what is inside of it: the inside itself has to be asked for.
    let inside = error.downcast_ref::<std::io::Error>()?.get_ref()?;
    tls_error(inside)
}
