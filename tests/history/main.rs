//! Git answers the `recorded` question: real repositories, the public interface.

mod branches;
mod places;
mod repo;
mod values;
