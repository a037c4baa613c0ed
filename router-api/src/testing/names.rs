//! A name server for webhooks, whose answers tests can change.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::sync::Mutex;

use async_trait::async_trait;

use crate::webhooks::Resolver;

/// Knows `shop.example` on the public internet, and what tests tell it.
pub struct Names(Mutex<HashMap<String, Vec<IpAddr>>>);

impl Default for Names {
    fn default() -> Self {
        Self(Mutex::new(HashMap::from([("shop.example".to_owned(), vec![IpAddr::from([93, 184, 216, 34])])])))
    }
}

impl Names {
    /// From now on the name has these addresses.
    pub fn set(&self, name: &str, addresses: &[&str]) {
        self.0.lock().unwrap().insert(name.to_owned(), addresses.iter().map(|address| address.parse().unwrap()).collect());
    }
}

#[async_trait]
impl Resolver for Names {
    async fn lookup(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        self.0.lock().unwrap().get(name).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}
