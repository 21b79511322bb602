//! An adapter, whichever it is.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use super::{Adapter, AdapterCall, Answer, AnswerError, ChatAdapter, FieldStream, Prelude};
use crate::lm::{Completion, Request};
use crate::signature::{Demo, SignatureSchema};

type Parsing<'a> = Pin<Box<dyn Future<Output = Result<Answer, Box<AnswerError>>> + Send + 'a>>;

trait ErasedAdapter: fmt::Debug + Send + Sync {
    fn prelude(&self, schema: &SignatureSchema, demos: &[Demo]) -> Result<Prelude, String>;
    fn prepare(&self, call: &AdapterCall<'_>) -> Result<Request, String>;
    fn parse<'a>(&'a self, call: &'a AdapterCall<'a>, completion: &'a Completion) -> Parsing<'a>;
    fn follow_up(&self, call: &AdapterCall<'_>, request: &Request, error: &AnswerError) -> Request;
    fn field_stream(&self, call: &AdapterCall<'_>) -> Box<dyn FieldStream>;
}

impl<A: Adapter> ErasedAdapter for A {
    fn prelude(&self, schema: &SignatureSchema, demos: &[Demo]) -> Result<Prelude, String> {
        Adapter::prelude(self, schema, demos)
    }

    fn prepare(&self, call: &AdapterCall<'_>) -> Result<Request, String> {
        Adapter::prepare(self, call)
    }

    fn parse<'a>(&'a self, call: &'a AdapterCall<'a>, completion: &'a Completion) -> Parsing<'a> {
        Box::pin(Adapter::parse(self, call, completion))
    }

    fn follow_up(&self, call: &AdapterCall<'_>, request: &Request, error: &AnswerError) -> Request {
        Adapter::follow_up(self, call, request, error)
    }

    fn field_stream(&self, call: &AdapterCall<'_>) -> Box<dyn FieldStream> {
        Adapter::field_stream(self, call)
    }
}

/// A cheap, clonable handle over any [`Adapter`]; itself an adapter, for one chosen at run time.
#[derive(Clone)]
pub struct DynAdapter(Held);

#[derive(Clone)]
enum Held {
    /// What most predictors have, which is read without a box around the future.
    Chat,
    Other(Arc<dyn ErasedAdapter>),
}

impl DynAdapter {
    /// A handle over an adapter.
    pub fn new(adapter: impl Adapter) -> Self {
        Self(Held::Other(Arc::new(adapter)))
    }

    fn held(&self) -> &dyn ErasedAdapter {
        match &self.0 {
            Held::Chat => &ChatAdapter,
            Held::Other(adapter) => adapter.as_ref(),
        }
    }
}

impl Adapter for DynAdapter {
    fn prelude(&self, schema: &SignatureSchema, demos: &[Demo]) -> Result<Prelude, String> {
        self.held().prelude(schema, demos)
    }

    fn prepare(&self, call: &AdapterCall<'_>) -> Result<Request, String> {
        self.held().prepare(call)
    }

    async fn parse(
        &self,
        call: &AdapterCall<'_>,
        completion: &Completion,
    ) -> Result<Answer, Box<AnswerError>> {
        match &self.0 {
            Held::Chat => Adapter::parse(&ChatAdapter, call, completion).await,
            Held::Other(adapter) => adapter.parse(call, completion).await,
        }
    }

    fn follow_up(&self, call: &AdapterCall<'_>, request: &Request, error: &AnswerError) -> Request {
        self.held().follow_up(call, request, error)
    }

    fn field_stream(&self, call: &AdapterCall<'_>) -> Box<dyn FieldStream> {
        self.held().field_stream(call)
    }
}

impl Default for DynAdapter {
    fn default() -> Self {
        Self(Held::Chat)
    }
}

impl fmt::Debug for DynAdapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.held(), f)
    }
}
