//! The HTTP client of the export.

use std::sync::Arc;
use std::time::Duration;

use reqwest::blocking::Client;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt as _;

use crate::OtelError;

/// A client with a TLS setup of its own, so that no process-wide crypto provider is needed. It blocks:
/// what exports runs on a thread of its own.
pub(crate) fn client(secure: bool, timeout: Duration) -> Result<Client, OtelError> {
    let tls = tls(secure).map_err(OtelError::Setup)?;
    // A client that blocks must not be made where async code runs.
    let made = std::thread::Builder::new().name("dspy-otel".to_owned()).spawn(move || {
        Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(reqwest::redirect::Policy::none())
            .timeout(timeout)
            .build()
    });
    let joined = made.map_err(|error| OtelError::Setup(error.to_string()))?.join();
    match joined {
        Ok(Ok(client)) => Ok(client),
        Ok(Err(error)) => Err(OtelError::Setup(error.to_string())),
        Err(_) => Err(OtelError::Setup("the HTTP client broke down".to_owned())),
    }
}

fn tls(secure: bool) -> Result<ClientConfig, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let mut tls = if secure {
        let verified = builder
            .with_platform_verifier()
            .map_err(|error| format!("the system's CA certificates cannot be read: {error}"))?;
        verified.with_no_client_auth()
    } else {
        builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth()
    };
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(tls)
}
