//! anvil-tests
