//! [`Form`]: a file and a few words as `multipart/form-data`.

use http::header::HeaderValue;

use super::super::client::config;
use super::super::error::LmError;

/// A form with one file.
#[derive(Debug)]
pub(super) struct Form {
    boundary: String,
    pub(super) body: Vec<u8>,
}

impl Form {
    /// The fields, and after them `content` as a file of this name.
    pub(super) fn new(fields: &[(&str, &str)], file_name: &str, content: &[u8]) -> Self {
        // No content holds its own hash, so the boundary cannot occur in it.
        let boundary = format!("dspy-{}", blake3::hash(content).to_hex());
        let mut body = Vec::with_capacity(content.len() + 512);
        for (name, value) in fields {
            body.extend_from_slice(
                format!(
                    "--{boundary}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n\
                     {value}\r\n"
                )
                .as_bytes(),
            );
        }
        body.extend_from_slice(
            format!(
                "--{boundary}\r\ncontent-disposition: form-data; name=\"file\"; \
                 filename=\"{file_name}\"\r\ncontent-type: application/jsonl\r\n\r\n"
            )
            .as_bytes(),
        );
        body.extend_from_slice(content);
        body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        Self { boundary, body }
    }

    pub(super) fn kind(&self) -> Result<HeaderValue, LmError> {
        HeaderValue::from_str(&format!("multipart/form-data; boundary={}", self.boundary))
            .map_err(|_| config("the upload cannot be sent; its boundary is no header value"))
    }
}
