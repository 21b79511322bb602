//! Answers that are told while they come.

use std::pin::pin;

use futures_util::StreamExt;
use futures_util::future::{Either, select};
use serde_json::Value;

use super::{Exchange, Progress};
use crate::adapter::{Adapter, FieldDelta, render_value};
use crate::error::{Error, Result};
use crate::lm::{LmError, Request, Response, StreamEvent};
use crate::parse::parse;
use crate::run::{Bracket, Event, Stopped};
use crate::signature::Fields;

/// What was told of the fields of an answer: by name, their texts.
#[derive(Debug, Default)]
pub(super) struct Told(Vec<(String, String)>);

impl Told {
    fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| name == field).map(|(_, text)| text.as_str())
    }

    fn add(&mut self, field: &str, delta: &str) {
        match self.0.iter_mut().find(|(name, _)| name == field) {
            Some((_, text)) => text.push_str(delta),
            None => self.0.push((field.to_owned(), delta.to_owned())),
        }
    }
}

impl Exchange<'_> {
    /// Tells that the call begins, if anybody listens.
    pub(super) fn begun(&self) -> Option<Box<Bracket>> {
        let run = self.slot.run();
        run.wants_events().then(|| {
            let ((path, invocation, attempts), call) = (self.slot.place(), self.number);
            let ended = Event::CallEnded {
                path: path.clone(),
                invocation,
                attempts: attempts.clone(),
                call,
                ok: false,
            };
            let started = Event::CallStarted { path, invocation, attempts, call };
            Box::new(Bracket::open(run, started, ended))
        })
    }

    /// Asks, and tells the fields of the answer as they come.
    pub(super) async fn stream(&self, request: &Request) -> Result<(Response, Told)> {
        let run = self.slot.run();
        let streaming = async {
            run.room().await;
            self.told(request).await
        };
        let answered = match select(pin!(streaming), pin!(run.listener_left())).await {
            Either::Left((answered, _)) => answered,
            // Only what runs as a task of its own gets here.
            Either::Right(_) => {
                let stopped = Stopped::new("nobody reads its stream", None, Default::default());
                let path = self.slot.path().to_owned();
                return Err(Error::Stopped { path, error: Box::new(stopped) });
            }
        };
        answered.map_err(|error| Error::Lm {
            path: self.slot.path().to_owned(),
            error: Box::new(error),
        })
    }

    async fn told(&self, request: &Request) -> std::result::Result<(Response, Told), LmError> {
        let mut events = self.lm.stream(request).await?;
        let mut fields = self.adapter.field_stream(&self.call);
        let mut told = Told::default();
        while let Some(event) = events.next().await {
            match event? {
                StreamEvent::Text { index: 0, delta } => {
                    self.tell_all(fields.push(&delta), &mut told).await;
                }
                StreamEvent::Reasoning { index: 0, delta } if !delta.is_empty() => {
                    if let Some(name) = self.rationale {
                        self.tell(name, &delta, &mut told).await;
                    }
                }
                StreamEvent::Done(response) => {
                    self.tell_all(fields.finish(), &mut told).await;
                    return Ok((response, told));
                }
                _ => {}
            }
        }
        Err(LmError::Decode {
            host: self.lm.name().to_owned(),
            message: "the stream ended before the answer was complete".to_owned(),
        })
    }

    async fn tell_all(&self, deltas: Vec<FieldDelta>, told: &mut Told) {
        for FieldDelta { field, delta } in deltas {
            self.tell(&field, &delta, told).await;
        }
    }

    async fn tell(&self, field: &str, delta: &str, told: &mut Told) {
        told.add(field, delta);
        let (path, invocation, attempts) = self.slot.place();
        let (call, field, delta) = (self.number, field.to_owned(), delta.to_owned());
        let event = Event::FieldDelta { path, invocation, attempts, call, field, delta };
        self.slot.run().emit_paced(event).await;
    }

    /// Tells what was not told of the outputs; and all of them, where something else was told.
    pub(super) async fn settle(&self, mut told: Told, fields: &Fields) {
        let mut both =
            fields.iter().filter_map(|(name, value)| Some((name, told.of(name)?, value)));
        if !both.all(|(name, text, value)| self.agrees(name, text, value)) {
            self.discard(|| "what was read in the end is not what was told".to_owned());
            told = Told::default();
        }
        for (name, value) in fields {
            let text = render_value(value);
            if told.of(name).is_none() && !text.is_empty() {
                self.tell(name, &text, &mut told).await;
            }
        }
    }

    /// Tells the outputs of an earlier answer anew, which was sent back and is kept now.
    pub(super) async fn keep_earlier(&self, progress: &Progress) -> Result<()> {
        if self.slot.run().wants_events() {
            self.discard(|| "an earlier answer is kept, for asking again failed".to_owned());
            let fields = &progress.summary.fields;
            Box::pin(self.settle(Told::default(), fields)).await;
        }
        Ok(())
    }

    /// Whether the text of a field is what its value was read from.
    fn agrees(&self, name: &str, text: &str, value: &Value) -> bool {
        if let Value::String(whole) = value
            && whole.trim() == text.trim()
        {
            return true;
        }
        let field = self.call.schema.field(name);
        render_value(value) == text
            || field.is_some_and(|it| parse(text, it.schema()).is_ok_and(|it| it.value == *value))
    }

    /// Tells that deltas so far do not count.
    pub(super) fn discard(&self, reason: impl FnOnce() -> String) {
        self.emit(|(path, invocation, attempts), call| {
            let reason = reason();
            Event::Discarded { path, invocation, attempts, call, reason }
        });
    }
}
