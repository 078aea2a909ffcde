//! The reference store passes the suite that it is the measure of.

use relata_testkit::{Reference, conformance};

conformance!(reference, Reference::new);
