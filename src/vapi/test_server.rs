//! A server on the loopback that answers as it is told, byte for byte.
