//! Models and their parts.
