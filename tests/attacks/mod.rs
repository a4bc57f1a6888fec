//! What an adversary tries: a checkout made by one, a hostile server, secrets looked for everywhere.

mod checkout;
mod hostile;
mod identities;
mod noise;
mod old;
mod places;
mod planted;
pub mod proxy;
mod secrets;
mod text;
mod types;
