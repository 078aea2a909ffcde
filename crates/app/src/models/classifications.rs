//! Not written yet.

/// The endpoints of this domain.
pub const ENDPOINTS: &[crate::endpoint::Endpoint] = &[];
