//! The object-safe mirror of [`LanguageModel`].

use std::borrow::Cow;
use std::pin::Pin;
use std::sync::Arc;

use super::super::error::LmError;
use super::super::model::{Capabilities, EventStream, LanguageModel};
use super::super::request::Request;
use super::super::response::Response;

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The boxing happens only at this seam.
pub(in crate::lm) trait ErasedModel: Send + Sync {
    /// The answer is shared at once: it is large, and would be copied at every step up from here.
    fn generate<'a>(
        &'a self,
        request: &'a Request,
    ) -> BoxFuture<'a, Result<Arc<Response>, LmError>>;
    fn stream<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<EventStream, LmError>>;
    fn capabilities(&self) -> Capabilities;
    fn name(&self) -> &str;
    fn fingerprint(&self) -> Cow<'_, str>;
    fn curl(&self, request: &Request) -> Option<String>;
    fn pays(&self) -> bool;
}

impl<M: LanguageModel> ErasedModel for M {
    fn generate<'a>(
        &'a self,
        request: &'a Request,
    ) -> BoxFuture<'a, Result<Arc<Response>, LmError>> {
        Box::pin(async move { LanguageModel::generate(self, request).await.map(Arc::new) })
    }

    fn stream<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<EventStream, LmError>> {
        Box::pin(LanguageModel::stream(self, request))
    }

    fn capabilities(&self) -> Capabilities {
        LanguageModel::capabilities(self)
    }

    fn name(&self) -> &str {
        LanguageModel::name(self)
    }

    fn fingerprint(&self) -> Cow<'_, str> {
        LanguageModel::fingerprint(self)
    }

    fn curl(&self, request: &Request) -> Option<String> {
        LanguageModel::curl(self, request)
    }

    fn pays(&self) -> bool {
        LanguageModel::pays(self)
    }
}

/// An erased model as a [`LanguageModel`] again, so that wrappers can be put before it.
pub(super) struct Bare(pub(super) Arc<dyn ErasedModel>);

impl LanguageModel for Bare {
    async fn generate(&self, request: &Request) -> Result<Response, LmError> {
        self.0.generate(request).await.map(Arc::unwrap_or_clone)
    }

    async fn stream(&self, request: &Request) -> Result<EventStream, LmError> {
        self.0.stream(request).await
    }

    fn capabilities(&self) -> Capabilities {
        self.0.capabilities()
    }

    fn name(&self) -> &str {
        self.0.name()
    }

    fn fingerprint(&self) -> Cow<'_, str> {
        self.0.fingerprint()
    }

    fn curl(&self, request: &Request) -> Option<String> {
        self.0.curl(request)
    }

    fn pays(&self) -> bool {
        self.0.pays()
    }
}
