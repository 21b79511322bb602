//! What the environment asks for and this crate has to answer itself.

use crate::OtelError;

const PROTOCOLS: [&str; 3] = [
    "OTEL_EXPORTER_OTLP_PROTOCOL",
    "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
    "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL",
];
const ENDPOINTS: [&str; 3] = [
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
];

fn read(variable: &str) -> Option<String> {
    std::env::var(variable).ok().filter(|value| !value.trim().is_empty())
}

/// Refuses protocols that there are not, instead of speaking another one.
pub(crate) fn check_protocol() -> Result<(), OtelError> {
    for variable in PROTOCOLS {
        if let Some(protocol) = read(variable)
            && protocol.trim() != "http/protobuf"
        {
            return Err(OtelError::Protocol { variable, protocol });
        }
    }
    Ok(())
}

/// Whether a server is spoken to over TLS.
pub(crate) fn is_secure() -> bool {
    ENDPOINTS.iter().filter_map(|variable| read(variable)).any(|at| is_https(&at))
}

pub(crate) fn is_https(endpoint: &str) -> bool {
    endpoint.trim_start().get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https:"))
}

/// Whether the service has a name there.
pub(crate) fn names_service() -> bool {
    let attributes = read("OTEL_RESOURCE_ATTRIBUTES").unwrap_or_default();
    read("OTEL_SERVICE_NAME").is_some() || attributes.contains("service.name=")
}
