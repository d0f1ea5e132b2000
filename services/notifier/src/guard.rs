//! Which network addresses a webhook may reach: the guard against forged requests from inside (SSRF).
//!
//! A hook's URL is somebody's input. Without the guard it could make this server talk to itself, to the
//! machine's neighbours or to a cloud's metadata service. Judged is the address that is really connected
//! to, after the name was resolved; the name says nothing. An office whose receivers stand on the same
//! network says so in its settings, and only then are private ranges reachable. Pure.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What the office's settings allow.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Reach {
    /// Public addresses only.
    #[default]
    Public,
    /// Private, loopback and carrier ranges too: the receivers are in the house.
    Private,
}

/// Whether a hook may connect to this address. Unspecified, multicast, documentation and link-local
/// addresses (the metadata services are among these) are never allowed.
pub fn may_connect(to: IpAddr, reach: Reach) -> bool {
    match unwrap_mapped(to) {
        IpAddr::V4(v4) => may_connect_v4(v4, reach),
        IpAddr::V6(v6) => may_connect_v6(v6, reach),
    }
}

/// `::ffff:10.0.0.1` is 10.0.0.1 by another name; so are the NAT64 and 6to4 forms.
fn unwrap_mapped(to: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = to else { return to };
    let s = v6.segments();
    let tail = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        IpAddr::V4(Ipv4Addr::new(a, b, c, d))
    };
    match s {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => tail(high, low),
        [0, 0, 0, 0, 0, 0, high, low] if high != 0 => tail(high, low),
        [0x2002, high, low, ..] => tail(high, low),
        _ => to,
    }
}

fn may_connect_v4(to: Ipv4Addr, reach: Reach) -> bool {
    let [a, b, c, _] = to.octets();
    let never = a == 0 || a >= 224 || to.is_link_local() || to.is_documentation() || (a, b, c) == (192, 0, 0);
    let carrier = a == 100 && (64..128).contains(&b);
    let benchmark = a == 198 && (18..20).contains(&b);
    let private = to.is_private() || to.is_loopback() || carrier || benchmark;
    !never && (!private || reach == Reach::Private)
}

fn may_connect_v6(to: Ipv6Addr, reach: Reach) -> bool {
    let first = to.segments()[0];
    let link_local = first & 0xffc0 == 0xfe80;
    let site_local = first & 0xffc0 == 0xfec0;
    let documentation = to.segments()[..2] == [0x2001, 0xdb8];
    let never = to.is_unspecified() || to.is_multicast() || link_local || site_local || documentation;
    let private = to.is_loopback() || first & 0xfe00 == 0xfc00;
    !never && (!private || reach == Reach::Private)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn public(text: &str) -> bool {
        may_connect(text.parse().unwrap(), Reach::Public)
    }

    #[test]
    fn inner_addresses_are_refused_by_every_name() {
        for inner in [
            "127.0.0.1",
            "127.9.9.9",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "0.1.2.3",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "192.0.0.1",
            "203.0.113.9",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "fec0::1",
            "2001:db8::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:7f00:1::",
            "::7f00:1",
        ] {
            assert!(!public(inner), "{inner} must be refused");
        }
    }

    #[test]
    fn public_addresses_are_reached() {
        for outer in ["1.1.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2400:3200::1", "::ffff:8.8.8.8"] {
            assert!(public(outer), "{outer} must be reachable");
        }
    }

    #[test]
    fn an_office_may_open_its_own_network_but_never_the_metadata_service() {
        let own = |text: &str| may_connect(text.parse().unwrap(), Reach::Private);
        assert!(own("127.0.0.1") && own("10.0.0.1") && own("::1") && own("fd00::1"));
        assert!(!own("169.254.169.254") && !own("fe80::1") && !own("0.0.0.0") && !own("::ffff:169.254.169.254"));
    }
}
