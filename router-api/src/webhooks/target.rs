//! Which URLs a delivery may go to, and how its name becomes an address: once per connection, every address judged, and only those that passed are dialled.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use settlement::ids::ProfileId;
use tokio::sync::Semaphore;
use url::{Host, Url};

use super::address::{Verdict, judge};

/// Longest URL of an endpoint, in characters: what browsers and proxies take.
pub const MAX_URL: usize = 2_048;
/// Lowest port that ordinary programs listen on. Below it are the ports of mail, names and remote shells: one request there may be a command.
const FIRST_USER_PORT: u16 = 1_024;
/// Longest time that a caller waits for a name, once it is looked up.
const LOOKED_UP_WITHIN: Duration = Duration::from_secs(5);
/// Longest time that a caller waits until its name is looked up.
const PLACE_WITHIN: Duration = Duration::from_secs(5);
/// Most names that are looked up for callers at a time: each keeps a thread busy, and deliveries need some too.
const MAX_LOOKUPS: usize = 32;
/// Most names of one profile at a time: enough for whoever makes its endpoints at once, and slow name servers of one keep few places from the others.
const MAX_LOOKUPS_OF_ONE: usize = 4;
/// The port of https.
const HTTPS: u16 = 443;

/// Why a URL is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// It is not one.
    #[error("expected a URL like https://shop.example/hooks")]
    NotAUrl,
    /// It is too long.
    #[error("expected at most {MAX_URL} characters")]
    TooLong,
    /// Neither https, nor http to an allowed network.
    #[error("only https is taken")]
    Scheme,
    /// It carries a user name or a password.
    #[error("a user name or password in a URL ends up in logs; put a token into the path, or check the signature")]
    Credentials,
    /// It has a fragment, which is never sent.
    #[error("a fragment (#…) is never sent")]
    Fragment,
    /// A port that only special programs listen on.
    #[error("port {0} is not taken: only 443 and those from {FIRST_USER_PORT} on are")]
    Port(u16),
    /// Its address is not on the public internet.
    #[error("its address is not on the public internet ({0})")]
    Address(&'static str),
    /// Its name has no address now, or not only public ones. Which of these it is is not said: names of the network that this runs in are nobody's business.
    #[error("its name does not lead to the public internet")]
    Name,
    /// There is no place to look it up now: as many names as are looked up at a time are.
    #[error("too many names are being looked up now; try again")]
    Busy,
    /// Its name servers have not answered yet.
    #[error("the name servers of its name do not answer in time; try again")]
    Slow,
}

impl TargetError {
    /// Whether the same URL may be taken later: nothing is known of it yet.
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        match self {
            Self::Busy | Self::Slow => true,
            Self::NotAUrl | Self::TooLong | Self::Scheme | Self::Credentials | Self::Fragment | Self::Port(_) | Self::Address(_) | Self::Name => false,
        }
    }
}

/// How many names are looked up for each profile that has any. Clones are of one count.
#[derive(Clone, Default)]
struct Shares(Arc<Mutex<HashMap<ProfileId, usize>>>);

/// One of a profile's places, until it is dropped.
struct Share {
    shares: Shares,
    profile: ProfileId,
}

impl Shares {
    fn take(&self, profile: &ProfileId) -> Option<Share> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(profile.clone()).or_default();
        (*count < MAX_LOOKUPS_OF_ONE).then(|| {
            *count += 1;
            Share { shares: self.clone(), profile: profile.clone() }
        })
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut taken = self.shares.0.lock().unwrap_or_else(PoisonError::into_inner);
        let left = taken.get(&self.profile).map_or(0, |count| count.saturating_sub(1));
        match left {
            0 => taken.remove(&self.profile),
            left => taken.insert(self.profile.clone(), left),
        };
    }
}

/// Finds the addresses of names.
#[async_trait]
pub trait Resolver: Send + Sync {
    /// The addresses of a name.
    ///
    /// # Errors
    /// When there is none.
    async fn lookup(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// The system's resolver.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

#[async_trait]
impl Resolver for SystemResolver {
    async fn lookup(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((name, 0)).await?.map(|address| address.ip()).collect())
    }
}

/// Where deliveries may go.
#[derive(Clone)]
pub struct Targets {
    allowed: Arc<[IpNet]>,
    resolver: Arc<dyn Resolver>,
    /// Names that are looked up for callers at a time.
    lookups: Arc<Semaphore>,
    /// The same of each profile.
    shares: Shares,
}

/// How strict the address of a URL has to be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Public or allowed: https on an ordinary port.
    Anywhere,
    /// Only allowed: plain http, or an odd port.
    AllowedOnly,
}

impl Targets {
    /// The public internet, and these networks besides.
    #[must_use]
    pub fn new(allowed: Vec<IpNet>, resolver: Arc<dyn Resolver>) -> Self {
        Self { allowed: allowed.into(), resolver, lookups: Arc::new(Semaphore::new(MAX_LOOKUPS)), shares: Shares::default() }
    }

    /// Reads the URL of an endpoint and looks its address up, as every attempt will again.
    ///
    /// # Errors
    /// With what is wrong about it, or that this cannot be said now.
    pub async fn check(&self, caller: &ProfileId, text: &str) -> Result<Url, TargetError> {
        let (url, reach) = read(text)?;
        match url.host().ok_or(TargetError::NotAUrl)? {
            Host::Domain(name) => self.look_up(caller, name, reach).await?,
            Host::Ipv4(address) => self.judge(address.into(), reach)?,
            Host::Ipv6(address) => self.judge(address.into(), reach)?,
        }
        Ok(url)
    }

    /// What can be said before a name is looked up: the same checks, with the address where the URL has one. `check` has been here before, but the operator may
    /// have changed what is allowed since.
    pub(crate) fn before_dialling(&self, text: &str) -> Result<(Url, Reach), TargetError> {
        let (url, reach) = read(text)?;
        match url.host().ok_or(TargetError::NotAUrl)? {
            Host::Domain(_) => {}
            Host::Ipv4(address) => self.judge(address.into(), reach)?,
            Host::Ipv6(address) => self.judge(address.into(), reach)?,
        }
        Ok((url, reach))
    }

    /// Judges a name for a caller. Lookups cannot be cancelled and have a thread each, so they keep their places until they end, whoever still waits for them.
    async fn look_up(&self, caller: &ProfileId, name: &str, reach: Reach) -> Result<(), TargetError> {
        let share = self.shares.take(caller).ok_or(TargetError::Busy)?;
        let place = tokio::time::timeout(PLACE_WITHIN, Arc::clone(&self.lookups).acquire_owned()).await.map_err(|_elapsed| TargetError::Busy)?;
        let place = place.expect("nobody closes this semaphore");
        let (targets, name) = (self.clone(), name.to_owned());
        let looked_up = tokio::spawn(async move {
            let found = targets.resolve(&name, reach).await;
            drop((place, share));
            found
        });
        match tokio::time::timeout(LOOKED_UP_WITHIN, looked_up).await {
            Ok(found) => found.unwrap_or(Err(TargetError::Name)).map(|_| ()),
            Err(_elapsed) => Err(TargetError::Slow),
        }
    }

    /// The addresses of a name. One that is refused refuses all: a name with a public and a private address is an attack or a mistake.
    async fn resolve(&self, name: &str, reach: Reach) -> Result<Vec<IpAddr>, TargetError> {
        let addresses = self.resolver.lookup(name).await.map_err(|_| TargetError::Name)?;
        for address in &addresses {
            self.judge(*address, reach).map_err(|refused| if refused == TargetError::Scheme { refused } else { TargetError::Name })?;
        }
        if addresses.is_empty() { Err(TargetError::Name) } else { Ok(addresses) }
    }

    fn judge(&self, address: IpAddr, reach: Reach) -> Result<(), TargetError> {
        match (judge(address, &self.allowed), reach) {
            (Verdict::Refused(why), _) => Err(TargetError::Address(why)),
            (Verdict::Allowed, _) | (Verdict::Public, Reach::Anywhere) => Ok(()),
            (Verdict::Public, Reach::AllowedOnly) => Err(TargetError::Scheme),
        }
    }

    /// What an HTTP client asks for addresses.
    pub(crate) fn dialler(&self, reach: Reach) -> Dialler {
        Dialler { targets: self.clone(), reach }
    }
}

impl fmt::Debug for Targets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Targets").field("allowed", &self.allowed).finish_non_exhaustive()
    }
}

/// Gives an HTTP client the addresses that it may dial, and no others.
pub(crate) struct Dialler {
    targets: Targets,
    reach: Reach,
}

impl Resolve for Dialler {
    fn resolve(&self, name: Name) -> Resolving {
        let (targets, reach) = (self.targets.clone(), self.reach);
        Box::pin(async move {
            let addresses = targets.resolve(name.as_str(), reach).await?;
            let addresses: Addrs = Box::new(addresses.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}

/// Everything that can be seen in the text alone. The parser (WHATWG) turns every spelling of an IPv4 address (decimal, octal, hexadecimal, full-width) into one.
fn read(text: &str) -> Result<(Url, Reach), TargetError> {
    if text.len() > MAX_URL {
        return Err(TargetError::TooLong);
    }
    // The parser drops these silently, and what was dropped may be what a reader of the log was meant to see.
    if text.chars().any(|c| c.is_ascii_control() || c.is_whitespace()) || text.contains('\\') {
        return Err(TargetError::NotAUrl);
    }
    let url: Url = text.parse().map_err(|_| TargetError::NotAUrl)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(TargetError::Scheme);
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(TargetError::NotAUrl);
    }
    if !url.username().is_empty() || url.password().is_some() || authority(text).contains('@') {
        return Err(TargetError::Credentials);
    }
    if url.fragment().is_some() {
        return Err(TargetError::Fragment);
    }
    let port = url.port_or_known_default().ok_or(TargetError::NotAUrl)?;
    let is_odd = port != HTTPS && port < FIRST_USER_PORT;
    if is_odd && url.scheme() == "https" {
        return Err(TargetError::Port(port));
    }
    let reach = if url.scheme() == "https" { Reach::Anywhere } else { Reach::AllowedOnly };
    Ok((url, reach))
}

/// What stands between `//` and the next slash: an empty user name is one too.
fn authority(text: &str) -> &str {
    let rest = text.split_once("//").map_or(text, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use proptest::prelude::*;

    use super::*;

    /// A name server that knows a few names.
    struct Names(HashMap<&'static str, Vec<IpAddr>>);

    #[async_trait]
    impl Resolver for Names {
        async fn lookup(&self, name: &str) -> io::Result<Vec<IpAddr>> {
            self.0.get(name).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
        }
    }

    fn targets(allowed: &[&str]) -> Targets {
        let address = |text: &str| text.parse().unwrap();
        let names = HashMap::from([
            ("shop.example", vec![address("93.184.216.34"), address("2606:4700::1")]),
            ("xn--mnchen-3ya.example", vec![address("93.184.216.35")]),
            ("inside.example", vec![address("10.1.2.3")]),
            ("both.example", vec![address("93.184.216.34"), address("127.0.0.1")]),
            ("mapped.example", vec![address("::ffff:169.254.169.254")]),
            ("localhost", vec![address("127.0.0.1"), address("::1")]),
            ("localhost.", vec![address("127.0.0.1")]),
            ("empty.example", vec![]),
        ]);
        Targets::new(allowed.iter().map(|net| net.parse().unwrap()).collect(), Arc::new(Names(names)))
    }

    #[tokio::test]
    async fn f06_every_spelling_of_an_address_inside_is_refused() {
        let targets = targets(&[]);
        for host in [
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0x7f.1",
            "017700000001",
            "0177.0.0.1",
            "127.0.0.1.",
            "127.000.000.001",
            "%31%32%37.0.0.1",
            "１２７.0.0.1",
            "127。0。0。1",
            "①②⑦.0.0.1",
            "10.0.0.8",
            "0",
            "0.0.0.0",
            "169.254.169.254",
            "2852039166",
            "0xa9fea9fe",
            "[::1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[0:0:0:0:0:ffff:a9fe:a9fe]",
            "[fd00:ec2::254]",
            "[fe80::1]",
            "[64:ff9b::7f00:1]",
            "[2002:7f00:1::]",
            "100.64.0.1",
        ] {
            let url = format!("https://{host}/hook");
            assert!(matches!(targets.check(&somebody(), &url).await, Err(TargetError::Address(_))), "{url}: {:?}", targets.check(&somebody(), &url).await);
        }
    }

    #[tokio::test]
    async fn f06_a_name_inside_is_refused_as_one_that_is_not_there_is() {
        let targets = targets(&[]);
        for name in ["inside.example", "INSIDE.example", "both.example", "mapped.example", "localhost", "localhost.", "LOCALHOST", "nowhere.example"] {
            assert_eq!(targets.check(&somebody(), &format!("https://{name}/hook")).await.unwrap_err(), TargetError::Name, "{name}");
        }
    }

    /// A name server that never answers, and counts who waits.
    #[derive(Default)]
    struct Silence(AtomicUsize);

    #[async_trait]
    impl Resolver for Silence {
        async fn lookup(&self, _name: &str) -> io::Result<Vec<IpAddr>> {
            self.0.fetch_add(1, Ordering::SeqCst);
            std::future::pending().await
        }
    }

    #[tokio::test]
    async fn a_name_server_that_does_not_answer_keeps_no_caller_and_few_threads() {
        let silence = Arc::new(Silence::default());
        let targets = Targets::new(vec![], silence.clone());
        let checks = (0..2 * MAX_LOOKUPS).map(|n| {
            let targets = targets.clone();
            // As many profiles as have places to themselves.
            let caller = profile(n / MAX_LOOKUPS_OF_ONE);
            async move { targets.check(&caller, &format!("https://slow{n}.example/")).await }
        });
        let checked = tokio::time::timeout(Duration::from_secs(20), futures::future::join_all(checks)).await.expect("nobody waits for ever");
        let (slow, busy) =
            (checked.iter().filter(|checked| **checked == Err(TargetError::Slow)), checked.iter().filter(|checked| **checked == Err(TargetError::Busy)));
        assert_eq!((slow.count(), busy.count()), (MAX_LOOKUPS, MAX_LOOKUPS), "{checked:?}");
        assert_eq!(silence.0.load(Ordering::SeqCst), MAX_LOOKUPS);
    }

    #[tokio::test]
    async fn slow_names_of_one_profile_keep_its_places_and_nobody_elses() {
        let answered = Arc::new(Semaphore::new(0));
        let targets = Targets::new(vec![], Arc::new(SlowNames(Arc::clone(&answered))));
        let checked = futures::future::join_all((0..40).map(|n| {
            let targets = targets.clone();
            async move { targets.check(&profile(1), &format!("https://slow{n}.example/")).await }
        }));
        let checked = checked.await;
        let slow = checked.iter().filter(|checked| **checked == Err(TargetError::Slow)).count();
        let busy = checked.iter().filter(|checked| **checked == Err(TargetError::Busy)).count();
        assert_eq!((slow, busy), (MAX_LOOKUPS_OF_ONE, 40 - MAX_LOOKUPS_OF_ONE), "{checked:?}");
        let check = async |caller| targets.check(&profile(caller), "https://shop.example/").await;
        assert_eq!(check(1).await, Err(TargetError::Busy), "its lookups go on");
        assert!(check(2).await.is_ok());
        answered.add_permits(MAX_LOOKUPS_OF_ONE);
        for _ in 0..500 {
            if targets.shares.0.lock().unwrap().is_empty() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert!(check(1).await.is_ok(), "they have ended, and with them their places");
    }

    /// A name server that answers when it is let, but about one name at once.
    struct SlowNames(Arc<Semaphore>);

    #[async_trait]
    impl Resolver for SlowNames {
        async fn lookup(&self, name: &str) -> io::Result<Vec<IpAddr>> {
            if name != "shop.example" {
                self.0.acquire().await.unwrap().forget();
            }
            Ok(vec!["93.184.216.34".parse().unwrap()])
        }
    }

    fn profile(n: usize) -> ProfileId {
        ProfileId::new(u128::try_from(n).unwrap().into())
    }

    fn somebody() -> ProfileId {
        profile(0)
    }

    #[tokio::test]
    async fn f06_what_is_odd_about_a_url_is_named() {
        let targets = targets(&[]);
        let long = format!("https://shop.example/{}", "a".repeat(MAX_URL));
        for (url, why) in [
            ("https://user@shop.example/", TargetError::Credentials),
            ("https://user:pass@shop.example/", TargetError::Credentials),
            ("https://@shop.example/", TargetError::Credentials),
            ("https://shop.example@10.0.0.1/", TargetError::Credentials),
            ("https://shop.example/#frag", TargetError::Fragment),
            ("http://shop.example/hook", TargetError::Scheme),
            ("ftp://shop.example/", TargetError::Scheme),
            ("file:///etc/passwd", TargetError::Scheme),
            ("gopher://shop.example:70/_x", TargetError::Scheme),
            ("javascript:alert(1)", TargetError::Scheme),
            ("https://shop.example:25/", TargetError::Port(25)),
            ("https://shop.example:22/", TargetError::Port(22)),
            ("https://shop.example:80/", TargetError::Port(80)),
            ("https://shop.example:0/", TargetError::Port(0)),
            ("https://nowhere.example/", TargetError::Name),
            ("https://empty.example/", TargetError::Name),
            ("", TargetError::NotAUrl),
            ("shop.example/hook", TargetError::NotAUrl),
            ("//shop.example/hook", TargetError::NotAUrl),
            ("https://", TargetError::NotAUrl),
            ("https://shop.example:99999/", TargetError::NotAUrl),
            ("https://shop.example/a b", TargetError::NotAUrl),
            ("https://shop.example\\@10.0.0.1/", TargetError::NotAUrl),
            ("https://shop\t.example/", TargetError::NotAUrl),
            ("https://shop.example/\r\nHost: x", TargetError::NotAUrl),
            ("https://256.256.256.256/", TargetError::NotAUrl),
            ("https://[::1/", TargetError::NotAUrl),
            (long.as_str(), TargetError::TooLong),
        ] {
            assert_eq!(targets.check(&somebody(), url).await.unwrap_err(), why, "{url}");
        }
        for url in ["https://shop.example/hook?x=1", "https://SHOP.example", "https://shop.example:8443/", "https://münchen.example/", "https://93.184.216.34/"]
        {
            assert!(targets.check(&somebody(), url).await.is_ok(), "{url}: {:?}", targets.check(&somebody(), url).await);
        }
    }

    #[tokio::test]
    async fn an_allowed_network_may_be_reached_plainly_and_nothing_else_may() {
        let targets = targets(&["127.0.0.0/8", "::1/128"]);
        for url in ["http://127.0.0.1:9000/hook", "http://localhost/hook", "https://localhost:8443/", "http://localhost.:81/"] {
            assert!(targets.check(&somebody(), url).await.is_ok(), "{url}: {:?}", targets.check(&somebody(), url).await);
        }
        assert_eq!(targets.check(&somebody(), "http://shop.example/").await.unwrap_err(), TargetError::Scheme);
        assert_eq!(targets.check(&somebody(), "http://both.example/").await.unwrap_err(), TargetError::Scheme);
        assert_eq!(targets.check(&somebody(), "https://inside.example/").await.unwrap_err(), TargetError::Name);
        for url in ["http://10.0.0.1/", "http://169.254.169.254/"] {
            assert!(matches!(targets.check(&somebody(), url).await, Err(TargetError::Address(_))), "{url}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        /// Whatever the text: no panic, and what is taken has an address that is public, whichever way it was spelt.
        #[test]
        fn f06_no_host_that_can_be_written_leads_inside(host in "[-a-zA-Z0-9.:%@\\[\\]/#?&=_①-⑨０-９。]{1,40}", scheme in "(https?|HTTPS|ftp|ws)", slash in "/{1,3}") {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
            if let Ok(url) = runtime.block_on(targets(&[]).check(&somebody(), &format!("{scheme}:{slash}{host}"))) {
                prop_assert_eq!(url.scheme(), "https");
                let address: Option<IpAddr> = match url.host().unwrap() {
                    Host::Domain(name) => { prop_assert_eq!(name, "shop.example"); None }
                    Host::Ipv4(address) => Some(address.into()),
                    Host::Ipv6(address) => Some(address.into()),
                };
                prop_assert!(address.is_none_or(|address| judge(address, &[]) == Verdict::Public), "{}", url);
            }
        }

        #[test]
        fn f06_every_number_that_spells_an_address_inside_is_refused(last in any::<[u8; 3]>(), first in prop::sample::select(vec![0u8, 10, 127, 224, 255]), form in 0..6u8) {
            let [b, c, d] = last;
            let number = u32::from_be_bytes([first, b, c, d]);
            let host = match form {
                0 => number.to_string(),
                1 => format!("{number:#x}"),
                2 => format!("0{number:o}"),
                3 => format!("{first:#x}.{b}.{}", u16::from_be_bytes([c, d])),
                4 => format!("0{first:o}.0{b:o}.0{c:o}.0{d:o}"),
                _ => format!("[::ffff:{first}.{b}.{c}.{d}]"),
            };
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
            let checked = runtime.block_on(targets(&[]).check(&somebody(), &format!("https://{host}/")));
            prop_assert!(matches!(checked, Err(TargetError::Address(_))), "{}: {:?}", host, checked);
        }
    }
}
