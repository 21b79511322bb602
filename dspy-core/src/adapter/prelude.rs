//! What an adapter makes once for a task.

use std::any::Any;
use std::sync::Arc;

use crate::lm::Message;

/// What an adapter makes of a task and its demonstrations, once for all calls.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Prelude {
    /// The system message and the demonstrations.
    pub messages: Vec<Arc<Message>>,
    /// What closes each question, such as how to answer.
    pub reminder: Arc<str>,
    /// What a careful reader should know, such as a demonstration that was left out.
    pub warnings: Vec<String>,
    own: Option<Arc<dyn Any + Send + Sync>>,
}

impl Prelude {
    /// A prelude of these messages.
    pub fn new(messages: impl IntoIterator<Item = Message>) -> Self {
        Self { messages: messages.into_iter().map(Arc::new).collect(), ..Self::default() }
    }

    /// The same prelude with whatever else the adapter wants to have at hand in its calls.
    #[must_use]
    pub fn with_own(mut self, own: impl Any + Send + Sync) -> Self {
        self.own = Some(Arc::new(own));
        self
    }

    /// What [`with_own`](Self::with_own) put here, if it is a `T`.
    pub fn own<T: Any>(&self) -> Option<&T> {
        self.own.as_deref()?.downcast_ref()
    }
}
