//! What a wrapper says of itself: the same as the model inside it.

/// All of [`LanguageModel`](super::LanguageModel) but the calls, taken from a field.
macro_rules! forward {
    ($inner:ident) => {
        $crate::lm::forward::forward_but_paying!($inner);

        fn pays(&self) -> bool {
            self.$inner.pays()
        }
    };
}

/// The same for a wrapper that itself sees to it that calls are paid.
macro_rules! forward_but_paying {
    ($inner:ident) => {
        fn capabilities(&self) -> $crate::lm::Capabilities {
            self.$inner.capabilities()
        }

        fn name(&self) -> &str {
            self.$inner.name()
        }

        fn fingerprint(&self) -> std::borrow::Cow<'_, str> {
            self.$inner.fingerprint()
        }

        fn curl(&self, request: &$crate::lm::Request) -> Option<String> {
            self.$inner.curl(request)
        }
    };
}

/// The same of [`EmbeddingModel`](super::EmbeddingModel).
macro_rules! forward_embedder {
    ($inner:ident) => {
        fn name(&self) -> &str {
            self.$inner.name()
        }

        fn fingerprint(&self) -> std::borrow::Cow<'_, str> {
            self.$inner.fingerprint()
        }
    };
}

pub(super) use {forward, forward_but_paying, forward_embedder};
