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
pub struct DynAdapter(Arc<dyn ErasedAdapter>);

impl DynAdapter {
    /// A handle over an adapter.
    pub fn new(adapter: impl Adapter) -> Self {
        Self(Arc::new(adapter))
    }
}

impl Adapter for DynAdapter {
    fn prelude(&self, schema: &SignatureSchema, demos: &[Demo]) -> Result<Prelude, String> {
        self.0.prelude(schema, demos)
    }

    fn prepare(&self, call: &AdapterCall<'_>) -> Result<Request, String> {
        self.0.prepare(call)
    }

    async fn parse(
        &self,
        call: &AdapterCall<'_>,
        completion: &Completion,
    ) -> Result<Answer, Box<AnswerError>> {
        self.0.parse(call, completion).await
    }

    fn follow_up(&self, call: &AdapterCall<'_>, request: &Request, error: &AnswerError) -> Request {
        self.0.follow_up(call, request, error)
    }

    fn field_stream(&self, call: &AdapterCall<'_>) -> Box<dyn FieldStream> {
        self.0.field_stream(call)
    }
}

impl Default for DynAdapter {
    fn default() -> Self {
        Self::new(ChatAdapter)
    }
}

impl fmt::Debug for DynAdapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
