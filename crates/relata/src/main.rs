//! Relata.
fn main() {}
