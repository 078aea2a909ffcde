//! What tests of the workspace share: the reference store, the conformance suite that every engine has to pass, and a
//! store that fails on purpose.
//!
//! Not shipped. It knows the port of `relata-model` and no engine: an engine names it in its dev-dependencies and calls
//! [`conformance!`].

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "test support: a panic is how it reports"
)]

pub mod faulty;
pub mod reference;
pub mod suite;
pub mod work;

pub use faulty::Faulty;
pub use reference::Reference;
pub use work::{read_with, work, write_with};
