//! [`CacheKey`]: what makes two requests the same to a cache.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::super::error::LmError;
use super::super::message::Message;
use super::super::model::LanguageModel;
use super::super::request::{Request, ResponseFormat, Settings, ToolChoice, ToolSpec};
use super::encoding::encode;

/// Changes whenever keys are made in another way.
const VERSION: u32 = 1;

/// The hash of everything that can change an answer: the model's
/// [fingerprint](LanguageModel::fingerprint), which names the endpoint and no credential, and the
/// request with messages, media, settings, tools, response format and rollout.
///
/// Left out are `n`, since fewer completions are served from more, and
/// [`Request::cache`]. The order of a schema's properties counts: it is the order in which models
/// write them, and changes what they write.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CacheKey([u8; 32]);

/// A request as keys see it.
#[derive(Serialize)]
struct Seen<'a> {
    version: u32,
    model: &'a str,
    messages: &'a [std::sync::Arc<Message>],
    settings: &'a Settings,
    response_format: &'a ResponseFormat,
    tools: &'a [ToolSpec],
    tool_choice: &'a ToolChoice,
    rollout: u64,
}

impl CacheKey {
    /// The key of a request to a model; `None` for a request that serde cannot write.
    pub fn new(model: &(impl LanguageModel + ?Sized), request: &Request) -> Option<Self> {
        // Named one by one, so that a new field cannot be forgotten here.
        let Request {
            messages,
            settings,
            response_format,
            tools,
            tool_choice,
            rollout,
            cache: _,
            account: _,
        } = request;
        let without_n;
        let plain = match settings.n {
            None => settings,
            Some(_) => {
                without_n = Settings { n: None, ..settings.clone() };
                &without_n
            }
        };
        let seen = Seen {
            version: VERSION,
            model: &model.fingerprint(),
            messages,
            settings: plain,
            response_format,
            tools,
            tool_choice,
            rollout: *rollout,
        };
        // One long run of bytes is hashed faster than many short ones.
        let key = Self(*blake3::hash(&encode(&seen).ok()?).as_bytes());
        Some(if settings.n.is_none() { key.leaving_n_open() } else { key.naming_n() })
    }

    /// The key of the same request without a word on `n`. How many completions that gives, only
    /// the model knows, so it is another request; the last bit tells the two apart.
    pub(super) fn leaving_n_open(mut self) -> Self {
        self.0[31] |= 1;
        self
    }

    fn naming_n(mut self) -> Self {
        self.0[31] &= !1;
        self
    }

    #[cfg(feature = "disk-cache")]
    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    #[cfg(feature = "disk-cache")]
    pub(super) fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

/// 64 hexadecimal digits.
impl fmt::Display for CacheKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&blake3::Hash::from_bytes(self.0).to_hex())
    }
}

impl fmt::Debug for CacheKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CacheKey({self})")
    }
}

impl FromStr for CacheKey {
    type Err = LmError;

    fn from_str(text: &str) -> Result<Self, LmError> {
        match blake3::Hash::from_hex(text) {
            Ok(hash) => Ok(Self(*hash.as_bytes())),
            Err(_) => Err(LmError::Config {
                message: format!("`{text}` is no key of a cache; it has 64 hexadecimal digits"),
            }),
        }
    }
}
