//! What tests of the workspace share: the reference store, the conformance suite that every engine has to pass, a
//! store that fails on purpose, and the application over any of them.
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

#[cfg(feature = "app")]
pub mod app;
pub mod faulty;
pub mod postgres;
pub mod reference;
pub mod suite;
pub mod work;

#[cfg(feature = "app")]
pub use app::Harness;
pub use faulty::Faulty;
pub use reference::Reference;
pub use work::{read_with, work, write_with};
