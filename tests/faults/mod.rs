//! It survives anything: faults on the wire, kills, races, interrupts, full disks. The real binary against the emulator.
#![cfg(unix)]

mod check;
mod crash;
mod disk;
mod identity;
mod interrupt;
mod lag;
mod matrix;
mod quota;
mod race;
mod story;
