//! Adapters by name.

use dspy::adapter::{Adapter, ChatAdapter, JsonAdapter, XmlAdapter};

/// Something to do with an adapter, whichever it is.
pub(crate) trait Job {
    type Done;
    fn with(self, adapter: &impl Adapter) -> Self::Done;
}

/// Does the job with the adapter of this name.
pub(crate) fn with_adapter<J: Job>(name: &str, job: J) -> Result<J::Done, String> {
    match name {
        "chat" => Ok(job.with(&ChatAdapter)),
        "json" => Ok(job.with(&JsonAdapter::new())),
        "compact" => Ok(job.with(&JsonAdapter::compact())),
        "xml" => Ok(job.with(&XmlAdapter)),
        _ => Err(format!(
            "there is no adapter `{name}`; there are `chat`, `json`, `compact` and `xml`"
        )),
    }
}
