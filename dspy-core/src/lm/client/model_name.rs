//! [`ModelName`]: a model's name, and who serves it.

use super::super::error::LmError;
use super::service::Service;

/// The name of a model, the service it is asked from, and whether the provider's own host serves it.
#[derive(Clone, Debug)]
pub struct ModelName {
    label: String,
    service: Service,
    own_host: bool,
}

impl ModelName {
    pub(in crate::lm) fn new(name: &str, service: Service, own_host: bool) -> Self {
        Self { label: format!("{}/{name}", service.id()), service, own_host }
    }

    /// The name as programs write it, such as `openai/gpt-4o-mini`.
    pub(in crate::lm) fn label(&self) -> &str {
        &self.label
    }

    /// The name as the server knows it.
    pub(in crate::lm) fn sent(&self) -> &str {
        self.label.get(self.service.id().len() + 1..).unwrap_or(&self.label)
    }

    /// The service it is asked from.
    pub(in crate::lm) fn service(&self) -> Service {
        self.service
    }

    /// Whether the call goes to the provider's own host, and not to some server that speaks its API.
    pub(in crate::lm) fn own_host(&self) -> bool {
        self.own_host
    }

    pub(in crate::lm) fn unsupported(
        &self,
        feature: impl Into<String>,
        fix: impl Into<String>,
    ) -> LmError {
        LmError::Unsupported { model: self.label.clone(), feature: feature.into(), fix: fix.into() }
    }

    /// The name without a vendor's or a fine-tune's prefix.
    pub(in crate::lm) fn family(&self) -> &str {
        let name = self.sent();
        let name = name.rsplit('/').next().unwrap_or(name);
        name.strip_prefix("ft:").unwrap_or(name)
    }
}
