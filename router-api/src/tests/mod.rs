//! Promises that every route keeps, checked for every operation of the OpenAPI document: a new route cannot be forgotten.

mod access;
mod audit;
mod blind_agent;
mod bodies;
mod contract_wallets;
mod cost;
mod fuzz;
mod idempotency;
mod limits;
mod manual;
mod media;
mod races;
mod roles;
mod secrets;
mod tenants;
mod world;
