//! It survives anything: faults on the wire, kills, races, interrupts, full disks. The real binary against the emulator.
#![cfg(all(unix, feature = "emulator"))]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "clippy.toml allows it in tests and does not see that helpers of tests are some"
)]

mod check;
mod crash;
mod disk;
mod interrupt;
mod lag;
mod matrix;
mod quota;
mod race;
mod story;
#[path = "../e2e/world.rs"]
#[allow(dead_code, reason = "shared with the end-to-end tests; each of the two uses its part")]
mod world;
