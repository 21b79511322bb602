//! Where a method of the API is.

use url::Url;

use super::super::client::{ModelName, Service, with_method};

/// The address of `method` under an api base.
pub(super) fn of(model: &ModelName, mut base: Url, method: &str) -> Url {
    if model.service() != Service::AZURE {
        return with_method(base, "/v1", method);
    }
    // The newer API needs no version in the query; the older one always has it.
    let versioned = base.query_pairs().any(|(name, _)| name == "api-version");
    let path = base.path().trim_end_matches('/').to_owned();
    if matches!(path.as_str(), "" | "/openai") {
        let home = match versioned {
            true => format!("/openai/deployments/{}", model.sent()),
            false => "/openai/v1".to_owned(),
        };
        base.set_path(&home);
    }
    with_method(base, "/openai/v1", method)
}
