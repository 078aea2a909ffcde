//! Not written yet.

pub mod searches;

/// The endpoints of this domain.
pub const ENDPOINTS: &[crate::endpoint::Endpoint] = &[];
