//! Which addresses a delivery may go to: those of the public internet, and networks that the operator has allowed.
//!
//! The lists are the special-purpose registries of IANA (RFC 6890 and what came after it). Forms of IPv6 that carry an IPv4 address (mapped, 6to4, Teredo,
//! NAT64, ISATAP) are refused whole: no endpoint needs one, and what they lead to is not for us to guess.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// What an address is to deliveries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is on the public internet.
    Public,
    /// The operator has allowed it.
    Allowed,
    /// It is neither: why.
    Refused(&'static str),
}

/// Networks of IPv4 that are not the public internet.
const SPECIAL_V4: [(&str, Ipv4Net); 16] = [
    ("this network", v4([0, 0, 0, 0], 8)),
    ("private", v4([10, 0, 0, 0], 8)),
    ("shared by a carrier", v4([100, 64, 0, 0], 10)),
    ("loopback", v4([127, 0, 0, 0], 8)),
    ("link-local", v4([169, 254, 0, 0], 16)),
    ("private", v4([172, 16, 0, 0], 12)),
    ("reserved", v4([192, 0, 0, 0], 24)),
    ("for documentation", v4([192, 0, 2, 0], 24)),
    ("a relay", v4([192, 88, 99, 0], 24)),
    ("private", v4([192, 168, 0, 0], 16)),
    ("for benchmarks", v4([198, 18, 0, 0], 15)),
    ("for documentation", v4([198, 51, 100, 0], 24)),
    ("for documentation", v4([203, 0, 113, 0], 24)),
    ("multicast", v4([224, 0, 0, 0], 4)),
    ("reserved", v4([240, 0, 0, 0], 4)),
    // A public address that inside one large cloud is the host of the virtual machine.
    ("the host of a cloud", v4([168, 63, 129, 16], 32)),
];

/// What of the global unicast space of IPv6 (2000::/3) is not the public internet.
const SPECIAL_V6: [(&str, Ipv6Net); 4] = [
    ("for protocols", v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23)),
    ("for documentation", v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32)),
    ("6to4", v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16)),
    ("for documentation", v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20)),
];

/// Global unicast.
const GLOBAL_V6: Ipv6Net = v6([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);

const fn v4([a, b, c, d]: [u8; 4], prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6([a, b, c, d, e, f, g, h]: [u16; 8], prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, e, f, g, h), prefix)
}

/// Judges an address.
#[must_use]
pub fn judge(address: IpAddr, allowed: &[IpNet]) -> Verdict {
    // A mapped address is what it maps, for those who allow; nobody else may use the form.
    let plain = address.to_canonical();
    if allowed.iter().any(|network| network.contains(&plain)) {
        return Verdict::Allowed;
    }
    match address {
        IpAddr::V4(address) => judge_v4(address),
        IpAddr::V6(address) => judge_v6(address),
    }
}

fn judge_v4(address: Ipv4Addr) -> Verdict {
    let special = SPECIAL_V4.iter().find(|(_, network)| network.contains(&address));
    special.map_or(Verdict::Public, |(why, _)| Verdict::Refused(why))
}

fn judge_v6(address: Ipv6Addr) -> Verdict {
    if !GLOBAL_V6.contains(&address) {
        return Verdict::Refused("not global");
    }
    // ISATAP (RFC 5214): an IPv4 address behind 0000:5efe or 0200:5efe.
    let [.., high, low, _, _] = address.segments();
    if low == 0x5efe && matches!(high, 0 | 0x200) {
        return Verdict::Refused("ISATAP");
    }
    let special = SPECIAL_V6.iter().find(|(_, network)| network.contains(&address));
    special.map_or(Verdict::Public, |(why, _)| Verdict::Refused(why))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn refused(text: &str) -> bool {
        matches!(judge(text.parse().unwrap(), &[]), Verdict::Refused(_))
    }

    #[test]
    fn f06_what_is_not_the_public_internet_is_refused_up_to_its_edges() {
        let inside = [
            "0.0.0.0",
            "0.255.255.255",
            "10.0.0.0",
            "10.255.255.255",
            "100.64.0.0",
            "100.100.100.200",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.0.0",
            "169.254.169.254",
            "169.254.170.2",
            "172.16.0.0",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.0",
            "192.168.255.255",
            "198.18.0.0",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.255",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "168.63.129.16",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:8.8.8.8",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::a00:1",
            "2002:7f00:1::",
            "2002:808:808::1",
            "2001:0:53aa:64c:0:0:0:1",
            "2001::1",
            "2001:1ff:ffff::",
            "2001:db8::1",
            "3fff::1",
            "100::1",
            "fc00::1",
            "fd00:ec2::254",
            "fdff::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
            "2606:4700::5efe:7f00:1",
            "2606:4700::200:5efe:a00:1",
            "5f00::1",
            "1fff::1",
            "4000::1",
        ];
        for text in inside {
            assert!(refused(text), "{text}");
        }
        let outside = [
            "1.0.0.0",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.0.3.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "168.63.129.15",
            "8.8.8.8",
            "2000::1",
            "2001:200::1",
            "2001:4860:4860::8888",
            "2003::1",
            "2606:4700:4700::1111",
            "2a00::1",
        ];
        for text in outside {
            assert!(!refused(text), "{text}");
        }
    }

    #[test]
    fn what_is_allowed_is_allowed_in_either_form_and_nothing_else_is() {
        let allowed: Vec<IpNet> = vec!["127.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()];
        for text in ["127.0.0.1", "::ffff:127.0.0.1", "fd00::1"] {
            assert_eq!(judge(text.parse().unwrap(), &allowed), Verdict::Allowed, "{text}");
        }
        for text in ["10.0.0.1", "::1", "::ffff:10.0.0.1", "169.254.169.254", "fe80::1"] {
            assert!(matches!(judge(text.parse().unwrap(), &allowed), Verdict::Refused(_)), "{text}");
        }
        assert_eq!(judge("8.8.8.8".parse().unwrap(), &allowed), Verdict::Public);
    }

    proptest! {
        #[test]
        fn f06_no_form_of_ipv6_that_carries_an_ipv4_address_is_public(octets in any::<[u8; 4]>(), prefix in any::<[u16; 4]>()) {
            let [a, b] = [u16::from_be_bytes([octets[0], octets[1]]), u16::from_be_bytes([octets[2], octets[3]])];
            let [p, q, r, s] = prefix;
            for segments in [
                [0, 0, 0, 0, 0, 0xffff, a, b], [0, 0, 0, 0, 0, 0, a, b], [0, 0, 0, 0, 0xffff, 0, a, b], [0x64, 0xff9b, 0, 0, 0, 0, a, b], [0x64, 0xff9b, 1, p, q, r, a, b],
                [0x2002, a, b, p, q, r, s, 1], [0x2001, 0, p, q, r, s, !a, !b], [p, q, r, s, 0, 0x5efe, a, b], [p, q, r, s, 0x200, 0x5efe, a, b],
            ] {
                prop_assert!(matches!(judge(IpAddr::from(segments), &[]), Verdict::Refused(_)), "{:?}", IpAddr::from(segments));
            }
        }

        #[test]
        fn f06_nothing_that_the_standard_library_calls_special_is_public(octets in any::<[u8; 4]>(), segments in any::<[u16; 8]>()) {
            let (four, six) = (Ipv4Addr::from(octets), Ipv6Addr::from(segments));
            let is_special = four.is_private() || four.is_loopback() || four.is_link_local() || four.is_multicast() || four.is_broadcast()
                || four.is_documentation() || four.is_unspecified();
            prop_assert!(!is_special || judge(four.into(), &[]) != Verdict::Public, "{four}");
            let is_special = six.is_loopback() || six.is_multicast() || six.is_unspecified() || six.is_unique_local() || six.is_unicast_link_local();
            prop_assert!(!is_special || judge(six.into(), &[]) != Verdict::Public, "{six}");
        }
    }
}
