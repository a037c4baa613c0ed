//! `[api.limits]`, and who is believed about addresses and let in from web pages.

use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use router_api::{AllowedOrigin, RateLimits};

use super::reader::{Reader, Section};

/// What callers are held to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessConfig {
    /// Requests per minute, and imports per day.
    pub limits: RateLimits,
    /// The proxies in front of this instance.
    pub trusted_proxies: Vec<IpNet>,
    /// The origins of web pages that may read answers.
    pub allowed_origins: Vec<AllowedOrigin>,
}

/// A network, or one address.
pub(super) struct Network(pub(super) IpNet);

impl FromStr for Network {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let network = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        network.map(Self).map_err(|_| "must be an address or a network like 10.0.0.0/8")
    }
}

pub(super) fn read(reader: &mut Reader<'_>, api: &mut Section) -> Option<AccessConfig> {
    let trusted_proxies: Vec<Network> = reader.list(api, "trusted_proxies");
    let allowed_origins = reader.list(api, "allowed_origins");
    let mut section = reader.section(api, "limits");
    let mut per_minute = |key: &str| reader.number(&mut section, key);
    let (address, anonymous, sign_in) = (per_minute("address"), per_minute("anonymous"), per_minute("sign_in"));
    let (account_reads, account_writes) = (per_minute("account_reads"), per_minute("account_writes"));
    let (token_reads, token_writes) = (per_minute("token_reads"), per_minute("token_writes"));
    let imports_per_day = reader.number(&mut section, "imports_per_day");
    reader.close(section);
    let limits = RateLimits {
        address: address?,
        anonymous: anonymous?,
        sign_in: sign_in?,
        account_reads: account_reads?,
        account_writes: account_writes?,
        token_reads: token_reads?,
        token_writes: token_writes?,
        imports_per_day: imports_per_day?,
    };
    Some(AccessConfig { limits, trusted_proxies: trusted_proxies.into_iter().map(|network| network.0).collect(), allowed_origins })
}
