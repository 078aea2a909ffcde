//! Models and their parts.

mod builtin;
mod classifications;
mod definitions;
mod groups;
