//! What can be set on every predictor: typed, dynamic, or inside a strategy.

/// Settings by value, for a type that has a predictor in a field, or is one.
macro_rules! settings_by_value {
    ($($part:ident)?) => {
        /// The same predictor on this model.
        #[must_use]
        pub fn with_lm(mut self, lm: Lm) -> Self {
            $crate::module::Leaf::set_lm(&mut self $(.$part)?, &lm);
            self
        }

        /// The same predictor with other instructions.
        #[must_use]
        pub fn with_instructions(mut self, instructions: impl Into<String>) -> Self {
            self $(.$part)?.set_instructions(instructions);
            self
        }

        /// The same predictor with these sampling settings laid over its own.
        #[must_use]
        pub fn with_settings(mut self, settings: &$crate::lm::Settings) -> Self {
            $crate::module::Leaf::lay_settings(&mut self $(.$part)?, settings);
            self
        }

        /// The same predictor with another adapter.
        #[must_use]
        pub fn with_adapter(mut self, adapter: impl $crate::adapter::Adapter) -> Self {
            let adapter = $crate::adapter::DynAdapter::new(adapter);
            $crate::module::Leaf::set_adapter(&mut self $(.$part)?, &adapter);
            self
        }

        /// The same predictor with a second adapter, which is tried on the same answer where the
        /// first cannot read it, before the model is asked again. It costs no call.
        #[must_use]
        pub fn with_fallback_adapter(mut self, adapter: impl $crate::adapter::Adapter) -> Self {
            self $(.$part)?.set_fallback($crate::adapter::DynAdapter::new(adapter));
            self
        }

        /// The same predictor with this many further LM calls to mend an answer that cannot be
        /// read; 1 by default.
        #[must_use]
        pub fn with_follow_ups(mut self, follow_ups: u32) -> Self {
            self $(.$part)?.set_follow_ups(follow_ups);
            self
        }

        /// The same predictor, asked again at most this often where its answer breaks an assertion
        /// of the signature or of a `forward`; 2 by default. Hard assertions and soft ones (checks,
        /// suggestions) count apart. 0 lets assertions fail, and checks warn, at once.
        #[must_use]
        pub fn with_assertion_retries(mut self, retries: u32) -> Self {
            $crate::module::Leaf::set_assertion_retries(&mut self $(.$part)?, retries);
            self
        }

        /// The same predictor, kept as it is by optimizers.
        #[must_use]
        pub fn frozen(mut self) -> Self {
            $crate::module::Leaf::set_frozen(&mut self $(.$part)?, true);
            self
        }
    };
}

pub(super) use settings_by_value;
