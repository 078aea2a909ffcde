//! Connections that are secured by TLS: what this server trusts when it connects to others.

use std::path::Path;
use std::sync::Arc;

use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// TLS with the certificates that the machine trusts.
pub(crate) fn of_machine() -> Result<Arc<ClientConfig>, String> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    with(roots)
}

/// TLS with the certificates of a file and no others, or without one [`of_machine`].
pub(crate) fn with_file(file: Option<&Path>) -> Result<Arc<ClientConfig>, String> {
    let Some(file) = file else { return of_machine() };
    let shown = file.display();
    let unreadable = |error: &dyn std::fmt::Display| format!("{shown} cannot be read as certificates (PEM): {error}");
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(|error| unreadable(&error))? {
        let certificate = certificate.map_err(|error| unreadable(&error))?;
        roots.add(certificate).map_err(|error| unreadable(&error))?;
    }
    if roots.is_empty() { Err(format!("{shown} holds no certificate")) } else { with(roots) }
}

fn with(roots: RootCertStore) -> Result<Arc<ClientConfig>, String> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    Ok(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
}
