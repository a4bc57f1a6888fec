//! The tests of what users and other crates see, in one program: it is linked once. `tests/README.md` says what is where.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "clippy.toml allows it in tests and does not see that helpers of tests are some"
)]

mod attacks;
mod check;
mod e2e;
mod emulator;
mod faults;
mod fuzz;
mod history;
mod kinds;
mod properties;
mod safety;
mod scenarios;
mod support;
