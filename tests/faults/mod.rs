//! Network faults, kills, races, interrupts, full disks: the real binary against the emulator.
#![cfg(unix)]

mod check;
mod crash;
mod disk;
mod identity;
mod interrupt;
mod lag;
mod matrix;
mod pipeline;
mod quota;
mod race;
mod story;
mod team;
mod watch;
