//! What an adversary tries: a checkout made by one, a hostile server, secrets looked for everywhere.

mod checkout;
mod hostile;
mod old;
mod proxy;
mod secrets;
mod types;
