//! What the generated types and the deployment functions promise, against vectors made with viem (`bin/vectors`) and against
//! the wire formats of the standards.

mod deployment;
mod escrow;
mod payment;
