//! How many connections one client may hold: a share, so that nobody can take all.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ipnet::IpNet;

use crate::limits::Network;

/// Connections that are open, by the network they come from. Memory is bounded by the number of connections.
#[derive(Clone)]
pub(super) struct Shares {
    open: Arc<Mutex<HashMap<Network, usize>>>,
    most: usize,
    /// Proxies hold the connections of many clients.
    trusted: Arc<[IpNet]>,
}

/// A connection that is counted until this is dropped.
pub(super) struct Share {
    of: Shares,
    network: Network,
}

impl Shares {
    /// So many for each network that is no trusted proxy.
    pub(super) fn new(most: usize, trusted: Vec<IpNet>) -> Self {
        Self { open: Arc::default(), most, trusted: trusted.into() }
    }

    /// One more connection of this address; `None` when its network has its share already.
    pub(super) fn take(&self, address: IpAddr) -> Option<Share> {
        let address = address.to_canonical();
        let network = Network::containing(address);
        let mut open = self.open();
        let held = open.entry(network).or_default();
        if *held >= self.most && !self.trusted.iter().any(|proxies| proxies.contains(&address)) {
            return None;
        }
        *held += 1;
        Some(Share { of: self.clone(), network })
    }

    fn open(&self) -> MutexGuard<'_, HashMap<Network, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        if let Entry::Occupied(mut held) = self.of.open().entry(self.network) {
            *held.get_mut() -= 1;
            if *held.get() == 0 {
                held.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn i09_a_network_holds_its_share_and_gets_it_back_and_a_proxy_is_not_counted() {
        let shares = Shares::new(2, vec!["10.0.0.0/8".parse().unwrap()]);
        let mut held: Vec<Share> =
            ["203.0.113.9", "::ffff:203.0.113.9", "2001:db8::1", "2001:db8::2"].iter().filter_map(|text| shares.take(address(text))).collect();
        assert_eq!(held.len(), 4);
        assert!(shares.take(address("203.0.113.9")).is_none() && shares.take(address("2001:db8::3")).is_none());
        assert!(shares.take(address("203.0.113.10")).is_some(), "another client");
        held.extend((0..5).map(|_| shares.take(address("10.1.2.3")).expect("a proxy speaks for many")));
        held.remove(0);
        assert!(shares.take(address("203.0.113.9")).is_some());
        held.clear();
        assert!(shares.open().is_empty(), "nothing is remembered of who went away");
    }
}
