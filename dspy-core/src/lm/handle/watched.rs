//! [`Watched`]: a model whose calls are counted, kept in a history and traced.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Instant, SystemTime};

use futures_util::Stream;
use tracing::{Instrument, Span};

use super::super::account::{Account, Looked, paid_stream};
use super::super::error::LmError;
use super::super::history::{Call, Ring};
use super::super::meter::Meter;
use super::super::model::{EventStream, StreamEvent, whole};
use super::super::request::Request;
use super::super::response::Response;
use super::super::telemetry;
use super::erased::{Bare, ErasedModel};

/// A model, and what is noted of its calls.
pub(super) struct Watched {
    pub(super) model: Arc<dyn ErasedModel>,
    pub(super) history: Option<Ring>,
    pub(super) meter: Meter,
    /// Whether spans carry messages.
    pub(super) traces_content: bool,
}

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What was asked and what came.
type Exchanged = (Arc<Request>, Result<Arc<Response>, LmError>);

/// Who pays for a request.
fn payer(request: &Request) -> Option<Account> {
    request.account.clone().or_else(Account::ambient)
}

fn paid_by(request: &Request, account: Account) -> Request {
    Request { account: Some(account), ..request.clone() }
}

/// When a call began, and where it is traced.
struct Begun {
    /// By the calendar, and by the clock that nobody can set; read where somebody wants to know.
    times: Option<(SystemTime, Instant)>,
    span: Span,
}

impl Watched {
    pub(super) async fn generate(&self, request: &Request) -> Result<Response, LmError> {
        if let Some(account) = payer(request) {
            return self.generate_for(&account, request).await;
        }
        self.ask(request).await.map(Arc::unwrap_or_clone)
    }

    /// The same for a caller who shares request and answer with the history.
    pub(super) async fn answer(&self, request: &Arc<Request>) -> Result<Arc<Response>, LmError> {
        if let Some(account) = payer(request) {
            return Box::pin(self.generate_for(&account, request)).await.map(Arc::new);
        }
        let begun = self.begin(request, false);
        let answered = self.asked(&begun, request).await;
        self.keep(&begun, false, || (Arc::clone(request), answered.clone()));
        answered
    }

    /// Answers a request that somebody pays for, from what is written down if it was asked before.
    async fn generate_for(
        &self,
        account: &Account,
        request: &Request,
    ) -> Result<Response, LmError> {
        let Some(log) = account.log() else {
            return match request.account {
                Some(_) => self.ask(request).await,
                None => self.ask(&paid_by(request, account.clone())).await,
            }
            .map(Arc::unwrap_or_clone);
        };
        let mark = match log.look_up(self.model.name(), request) {
            Looked::New(mark) => mark,
            Looked::Known(answer, spent) => {
                account.budget().charge(spent);
                return *answer;
            }
        };
        let one = account.for_one_call();
        let budget = one.budget().clone();
        let answered = self.ask(&paid_by(request, one)).await;
        log.note(mark, answered.as_deref(), budget.spent());
        answered.map(Arc::unwrap_or_clone)
    }

    async fn ask(&self, request: &Request) -> Result<Arc<Response>, LmError> {
        let begun = self.begin(request, false);
        let answered = self.asked(&begun, request).await;
        self.keep(&begun, false, || (Arc::new(request.clone()), answered.clone()));
        answered
    }

    async fn asked(&self, begun: &Begun, request: &Request) -> Result<Arc<Response>, LmError> {
        let asked = self.pay(request);
        // The span costs a little at each poll, so it is left out where nobody listens.
        let answered = if begun.span.is_disabled() {
            asked.await
        } else {
            asked.instrument(begun.span.clone()).await
        };
        self.end(begun, answered.as_deref());
        answered
    }

    /// What answers the request: the model, paid here unless it pays itself.
    fn pay<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Arc<Response>, LmError>> {
        match &request.account {
            Some(account) if !self.model.pays() => Box::pin(async move {
                let model = Bare(Arc::clone(&self.model));
                let tariff = account.tariff(self.model.name(), true);
                tariff.pay(account.budget(), &model, request).await.map(Arc::new)
            }),
            _ => self.model.generate(request),
        }
    }

    pub(super) async fn stream(
        self: &Arc<Self>,
        request: &Request,
    ) -> Result<EventStream, LmError> {
        match payer(request) {
            None => self.open(request).await,
            // What is written down is written down whole.
            Some(account) if account.log().is_some() => {
                Ok(whole(self.generate_for(&account, request).await?))
            }
            Some(account) => self.open(&paid_by(request, account)).await,
        }
    }

    async fn open(self: &Arc<Self>, request: &Request) -> Result<EventStream, LmError> {
        let begun = self.begin(request, true);
        let opened = paid_stream(&Bare(Arc::clone(&self.model)), request)
            .instrument(begun.span.clone())
            .await;
        match opened {
            Ok(events) => Ok(Box::pin(WatchedStream {
                events,
                watched: Arc::clone(self),
                request: self.history.is_some().then(|| Arc::new(request.clone())),
                begun,
                has_begun: false,
            })),
            Err(error) => {
                self.end(&begun, Err(&error));
                self.keep(&begun, true, || (Arc::new(request.clone()), Err(error.clone())));
                Err(error)
            }
        }
    }

    fn begin(&self, request: &Request, streamed: bool) -> Begun {
        let span = telemetry::chat(self.model.name(), request, streamed, self.traces_content);
        let is_timed = self.history.is_some() || !span.is_disabled();
        Begun { times: is_timed.then(|| (SystemTime::now(), Instant::now())), span }
    }

    fn end(&self, begun: &Begun, answered: Result<&Response, &LmError>) {
        self.meter.count(answered);
        telemetry::answered(&begun.span, answered, self.traces_content);
    }

    /// Puts a call into the history, if there is one.
    fn keep(&self, begun: &Begun, streamed: bool, call: impl FnOnce() -> Exchanged) {
        if let (Some(history), Some((at, started))) = (&self.history, begun.times) {
            let latency = started.elapsed();
            let (request, result) = call();
            let model = Arc::clone(&self.model);
            history.push(Call { at, latency, streamed, request, result, model });
        }
    }
}

/// A stream that is noted when it ends. One that is dropped before is not: what it cost is unknown.
struct WatchedStream {
    events: EventStream,
    watched: Arc<Watched>,
    /// Set while there is something to note in the history.
    request: Option<Arc<Request>>,
    begun: Begun,
    has_begun: bool,
}

impl Stream for WatchedStream {
    type Item = Result<StreamEvent, LmError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let polled = this.begun.span.in_scope(|| this.events.as_mut().poll_next(context));
        if let Poll::Ready(Some(event)) = &polled {
            if !this.has_begun {
                this.has_begun = true;
                if let Some((_, started)) = this.begun.times {
                    telemetry::first_piece(&this.begun.span, started.elapsed());
                }
            }
            let answered = match event {
                Ok(StreamEvent::Done(response)) => Some(Ok(response)),
                Err(error) => Some(Err(error)),
                Ok(_) => None,
            };
            if let Some(answered) = answered {
                this.watched.end(&this.begun, answered);
                this.watched.keep(&this.begun, true, || {
                    let result = answered.map(|response| Arc::new(response.clone()));
                    (this.request.take().unwrap_or_default(), result.map_err(LmError::clone))
                });
            }
        }
        polled
    }
}
