//! Git answers the `recorded` question: real repositories, the public interface.

mod repo;
mod values;
