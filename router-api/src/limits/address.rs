//! Where a request comes from, as far as that can be believed.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::http::HeaderMap;
use ipnet::IpNet;

/// The header in which proxies add whom they speak for, each at the end.
const X_FORWARDED_FOR: &str = "x-forwarded-for";
/// A network at the edge gets this much of the address space at least (RFC 6177), so its hosts change the rest at will.
const IPV6_NETWORK_BITS: u32 = 64;

/// The other end of the connection; left in the request by `serve`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// Who shares a bucket of the limits per address: an IPv4 address, or an IPv6 network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Network(IpAddr);

impl Network {
    /// Of the client. What a proxy says is believed only of proxies that are trusted: from the last hop backwards to the first that is none of them.
    pub(crate) fn of(peer: Option<Peer>, headers: &HeaderMap, trusted: &[IpNet]) -> Self {
        let mut client = peer.map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |peer| peer.0).to_canonical();
        let hops: Vec<&[u8]> = headers.get_all(X_FORWARDED_FOR).iter().flat_map(|value| value.as_bytes().split(|byte| *byte == b',')).collect();
        for hop in hops.iter().rev() {
            if !trusted.iter().any(|network| network.contains(&client)) {
                break;
            }
            // Whatever stands before something that is no address was not written by a proxy that can be trusted.
            let Some(address) = parse(hop) else { break };
            client = address.to_canonical();
        }
        Self::containing(client)
    }

    /// Of an address itself.
    pub(crate) fn containing(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(_) => Self(address),
            IpAddr::V6(v6) => Self(IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << (128 - IPV6_NETWORK_BITS))))),
        }
    }
}

/// An address, with or without a port, as proxies write it.
fn parse(hop: &[u8]) -> Option<IpAddr> {
    let hop = std::str::from_utf8(hop).ok()?.trim();
    let bracketed = hop.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    hop.parse().ok().or_else(|| hop.parse::<SocketAddr>().ok().map(|socket| socket.ip())).or_else(|| bracketed?.parse().ok())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn network(peer: &str, forwarded: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(X_FORWARDED_FOR, HeaderValue::from_str(value).unwrap());
        }
        let trusted = ["10.0.0.0/8".parse().unwrap(), "2001:db8:1::/48".parse().unwrap()];
        Network::of(Some(Peer(peer.parse().unwrap())), &headers, &trusted).0.to_string()
    }

    #[test]
    fn i09_what_is_forwarded_is_believed_of_trusted_proxies_only() {
        assert_eq!(network("203.0.113.9", &[]), "203.0.113.9");
        assert_eq!(network("203.0.113.9", &["198.51.100.1"]), "203.0.113.9", "a client that calls itself another");
        assert_eq!(network("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(network("10.0.0.1", &["192.0.2.66, 198.51.100.1"]), "198.51.100.1", "what the client wrote itself does not count");
        assert_eq!(network("10.0.0.1", &["192.0.2.66", "198.51.100.1, 10.0.0.2"]), "198.51.100.1", "over two proxies and two headers");
        assert_eq!(network("10.0.0.1", &["198.51.100.1:4711"]), "198.51.100.1");
        assert_eq!(network("10.0.0.1", &[]), "10.0.0.1", "the proxy itself");
    }

    #[test]
    fn i09_what_is_no_address_is_not_gone_beyond() {
        for nonsense in ["unknown", "", "198.51.100.1 198.51.100.2", "198.51.100.999", "é"] {
            assert_eq!(network("10.0.0.1", &["198.51.100.1", nonsense]), "10.0.0.1", "{nonsense:?}");
        }
        assert_eq!(Network::of(None, &HeaderMap::new(), &[]).0.to_string(), "::");
    }

    #[test]
    fn i09_an_ipv6_network_is_one_client_and_a_mapped_address_is_ipv4() {
        assert_eq!(network("2001:db8:2:3:aaaa::1", &[]), network("2001:db8:2:3:bbbb::2", &[]));
        assert_ne!(network("2001:db8:2:3::1", &[]), network("2001:db8:2:4::1", &[]));
        assert_eq!(network("::ffff:203.0.113.9", &[]), "203.0.113.9");
        assert_eq!(network("::ffff:10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(network("2001:db8:1::5", &["[2001:db8:9::1]:443"]), "2001:db8:9::");
        assert_eq!(network("2001:db8:1::5", &["[2001:db8:9::1]"]), "2001:db8:9::");
    }
}
