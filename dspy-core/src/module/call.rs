//! One call of a program, with options.

use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;

use super::Module;
use super::program::{
    attach, move_to, set_adapter, set_assertion_retries, set_lm, set_settings, slot_of, tasks_of,
};
use super::stream::ProgramStream;
use crate::adapter::{Adapter, DynAdapter};
use crate::error::Result;
use crate::lm::{CacheUse, Lm, Settings};
use crate::predict::Prediction;
use crate::run::{EventSink, Run, RunOptions};

/// A call waiting to be awaited: `program.call(input).lm(lm).await`.
///
/// Nothing happens before it is awaited; dropping the future cancels the call.
#[must_use = "a call does nothing until it is awaited"]
pub struct Call<'a, M: Module> {
    module: &'a M,
    input: M::Input,
    lm: Option<Lm>,
    settings: Option<Settings>,
    adapter: Option<DynAdapter>,
    retries: Option<u32>,
    options: Option<RunOptions>,
    run: Option<Run>,
}

impl<'a, M: Module> Call<'a, M> {
    pub(crate) fn new(module: &'a M, input: M::Input) -> Self {
        Self {
            module,
            input,
            lm: None,
            settings: None,
            adapter: None,
            retries: None,
            options: None,
            run: None,
        }
    }

    /// Uses this model for every predictor, for this call.
    pub fn lm(mut self, lm: &Lm) -> Self {
        self.lm = Some(lm.clone());
        self
    }

    /// Lays sampling settings over those of every predictor, for this call.
    pub fn settings(mut self, settings: &Settings) -> Self {
        self.settings = Some(match &self.settings {
            Some(set) => set.overlaid(settings),
            None => settings.clone(),
        });
        self
    }

    /// Samples at this temperature, for this call.
    pub fn temperature(self, temperature: f64) -> Self {
        self.settings(&Settings::default().with_temperature(temperature))
    }

    /// Asks for so many completions, for this call: of every predictor, so it is meant for one, and
    /// [`Prediction::completions`] has them. At a temperature of 0 all of them would be alike.
    pub fn n(self, n: u32) -> Self {
        self.settings(&Settings::default().with_n(n))
    }

    /// Uses this adapter for every predictor, for this call. Their prompts are rendered anew for it.
    pub fn adapter(mut self, adapter: impl Adapter) -> Self {
        self.adapter = Some(DynAdapter::new(adapter));
        self
    }

    /// Sends answers of every predictor back at most so often where they break assertions, for this
    /// call.
    pub fn assertion_retries(mut self, retries: u32) -> Self {
        self.retries = Some(retries);
        self
    }

    /// Samples anew: requests of another rollout number share no cached answer.
    pub fn rollout(mut self, rollout: u64) -> Self {
        self.options = Some(self.options.unwrap_or_default().with_rollout(rollout));
        self
    }

    /// Uses the models' caches so, where they have one: `Refresh` asks anew and keeps the answers,
    /// `Bypass` asks anew and keeps nothing.
    pub fn cache(mut self, cache: CacheUse) -> Self {
        self.options = Some(self.options.unwrap_or_default().with_cache(cache));
        self
    }

    /// Keeps a record of every call inside; see [`Prediction::trace`].
    pub fn record(mut self) -> Self {
        self.options = Some(self.options.unwrap_or_default().recording());
        self
    }

    /// Runs inside this run, which the caller keeps a handle to. It replaces
    /// [`record`](Self::record), [`rollout`](Self::rollout) and [`cache`](Self::cache), which make a
    /// run of their own.
    pub fn run(mut self, run: &Run) -> Self {
        self.run = Some(run.clone());
        self
    }

    /// Makes the call and tells what happens while it runs; see
    /// [`Module::stream`](super::Module::stream).
    pub fn stream(self) -> ProgramStream<M::Output> {
        let (events, queue) = EventSink::paced();
        let slot = slot_of(self.module);
        let given = self.run;
        let run = match (&given, self.options, &slot) {
            (Some(run), _, _) => run.told_to(events, &run.root_scope()),
            (None, Some(options), Some(slot)) => Run::inside(options.with_sink(events), slot),
            (None, None, Some(slot)) => slot.run().told_to(events, slot.scope()),
            (None, options, None) => Run::with(options.unwrap_or_default().with_sink(events)),
        };
        let module = self.module.clone();
        let (input, lm, settings) = (self.input, self.lm, self.settings);
        let (adapter, retries) = (self.adapter, self.retries);
        let tasks = tasks_of(&module);
        let running = async move {
            let (module, run) = (&module, Some(run));
            let call = Call { module, input, lm, settings, adapter, retries, options: None, run };
            let prediction = call.send().await?;
            // The records are in the run that was given.
            Ok(match given {
                Some(given) => prediction.with_run(given),
                None => prediction,
            })
        };
        ProgramStream::new(Box::pin(running), queue, tasks)
    }

    fn is_plain(&self) -> bool {
        self.lm.is_none()
            && self.settings.is_none()
            && self.adapter.is_none()
            && self.retries.is_none()
            && self.options.is_none()
            && self.run.is_none()
    }

    async fn send(self) -> Result<Prediction<M::Output>> {
        let mut module = self.module.clone();
        if let Some(lm) = &self.lm {
            set_lm(&mut module, lm);
        }
        if let Some(settings) = &self.settings {
            set_settings(&mut module, settings);
        }
        if let Some(adapter) = &self.adapter {
            set_adapter(&mut module, adapter.clone());
        }
        if let Some(retries) = self.retries {
            set_assertion_retries(&mut module, retries);
        }
        let run = match (self.run, self.options, slot_of(&module)) {
            (Some(run), _, _) => Some(run),
            // Inside a program: what is spent here counts there, too.
            (None, Some(options), Some(slot)) => Some(Run::inside(options, &slot)),
            (None, Some(options), None) => Some(Run::with(options)),
            (None, None, _) => None,
        };
        let Some(run) = run else { return module.invoke(self.input).await };
        match slot_of(&module) {
            Some(_) => move_to(&mut module, &run),
            None => attach(&mut module, &run),
        }
        Ok(module.invoke(self.input).await?.with_run(run))
    }
}

impl<'a, M: Module> IntoFuture for Call<'a, M> {
    type Output = Result<Prediction<M::Output>>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        // Most calls have no options, and need no room for what they would take.
        if self.is_plain() {
            return Box::pin(self.module.invoke(self.input));
        }
        Box::pin(self.send())
    }
}

impl<M: Module> fmt::Debug for Call<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("module", &std::any::type_name::<M>()).finish_non_exhaustive()
    }
}
