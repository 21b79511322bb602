//! [`Client`]: a language model behind a provider's HTTP API, whatever its wire format.

mod assembly;
mod builder;
mod connection;
mod curl;
mod embedding;
mod endpoint;
mod extra;
mod failure;
mod fan_out;
mod finish;
mod headers;
mod json_body;
mod json_server;
mod key;
mod located;
mod mime;
mod misplaced;
mod model_name;
mod moment;
mod ollama_host;
mod peer;
mod reading;
mod service;
mod streaming;
mod tool_calls;
mod wait;
mod wire;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use url::Url;

use super::account::Account;
use super::error::LmError;
use super::model::{Capabilities, EventStream, LanguageModel};
use super::request::{Request, Settings};
use super::response::Response;
use super::tariff::Tariff;

pub use self::builder::ClientBuilder;
pub use self::embedding::EmbeddingClient;
pub use self::service::Service;

pub(in crate::lm) use self::assembly::{Assembly, CallKey};
pub(in crate::lm) use self::connection::Connection;
pub(in crate::lm) use self::embedding::EmbeddingWire;
pub(in crate::lm) use self::endpoint::{shown, with_method};
pub(in crate::lm) use self::extra::add_extra;
pub(in crate::lm) use self::failure::error_in;
pub(in crate::lm) use self::finish::{reason, settled};
pub(in crate::lm) use self::json_body::JsonBody;
pub(crate) use self::json_server::{JsonServer, JsonServerOptions};
pub(in crate::lm) use self::located::Located;
pub(in crate::lm) use self::mime::{mime, unread};
pub(in crate::lm) use self::misplaced::misplaced;
pub(in crate::lm) use self::model_name::ModelName;
pub(in crate::lm) use self::reading::Reading;
pub(in crate::lm) use self::service::Api;
pub(in crate::lm) use self::tool_calls::{arguments, check_choice, made_up_id, object_arguments};
pub(in crate::lm) use self::wire::{Fault, Framing, Pieces, Wire};

/// A language model behind a provider's HTTP API. Its aliases are the providers:
/// [`OpenAi`](super::OpenAi) and its siblings.
///
/// Cloning is cheap and shares connections.
pub struct Client<W> {
    shared: Arc<Shared<W>>,
}

struct Shared<W> {
    wire: W,
    url: Url,
    stream_url: Url,
    connection: Connection,
    settings: Settings,
    fingerprint: String,
}

impl<W: Wire> Client<W> {
    /// Begins a client for the model that the server calls `name`.
    pub fn builder(name: impl Into<String>) -> ClientBuilder<W> {
        ClientBuilder::new(name.into())
    }

    /// The address of calls, without its query.
    pub fn endpoint(&self) -> String {
        endpoint::shown(&self.shared.url)
    }

    /// Whether the prices of the model's name hold: calls go to the provider's own host, or to
    /// software that anybody runs.
    pub(in crate::lm) fn has_list_prices(&self) -> bool {
        let model = self.shared.wire.model();
        model.own_host() || model.service().domain.is_empty()
    }

    /// One call for as many completions as the format can ask for at once.
    async fn ask(&self, request: &Request, settings: &Settings) -> Result<Response, LmError> {
        let (body, wanted) = self.begin(request, settings)?;
        self.answer(body, wanted).await
    }

    /// The body of a call, and how many completions it asks for.
    fn begin(&self, request: &Request, settings: &Settings) -> Result<(Vec<u8>, usize), LmError> {
        let body = self.shared.wire.encode(request, settings, false)?;
        Ok((body, settings.n.unwrap_or(1) as usize))
    }

    /// Sends one call's body and reads so many completions.
    async fn answer(&self, body: Vec<u8>, wanted: usize) -> Result<Response, LmError> {
        let Shared { wire, url, connection, .. } = &*self.shared;
        let reply = connection.post(url, body).await?;
        let response = wire.decode(&connection.reading(&reply))?;
        if response.completions.len() < wanted {
            return Err(wire.model().unsupported(
                format!("n={wanted} (the server sent {})", response.completions.len()),
                "ask once for each completion",
            ));
        }
        Ok(response)
    }

    /// A call that is paid from an account.
    async fn generate_for(
        &self,
        account: &Account,
        request: &Request,
    ) -> Result<Response, LmError> {
        let settings = request.settings.over(&self.shared.settings);
        check(&settings)?;
        let asked = async {
            match self.fans_out(&settings) {
                None => self.ask(request, &settings).await,
                Some(n) => fan_out::generate(self, request, &settings, n).await,
            }
        };
        self.tariff(account).pay_for(account.budget(), self, request, asked).await
    }

    fn tariff(&self, account: &Account) -> Tariff {
        account.tariff(self.name(), self.has_list_prices())
    }

    fn fans_out(&self, settings: &Settings) -> Option<u32> {
        settings.n.filter(|n| *n > 1 && !self.shared.wire.native_n())
    }
}

impl<W: Wire> LanguageModel for Client<W> {
    async fn generate(&self, request: &Request) -> Result<Response, LmError> {
        if let Some(account) = &request.account {
            // Boxed apart, so that calls that nobody keeps account of take no room for it.
            return Box::pin(self.generate_for(account, request)).await;
        }
        // The settings are done with before the call waits, so that it takes no room for them.
        let (body, wanted) = {
            let settings = request.settings.over(&self.shared.settings);
            check(&settings)?;
            match self.fans_out(&settings) {
                None => self.begin(request, &settings)?,
                Some(n) => return Box::pin(fan_out::generate(self, request, &settings, n)).await,
            }
        };
        self.answer(body, wanted).await
    }

    async fn stream(&self, request: &Request) -> Result<EventStream, LmError> {
        let settings = request.settings.over(&self.shared.settings);
        check(&settings)?;
        let opened = async {
            match self.fans_out(&settings) {
                None => streaming::open(&self.shared, request, &settings).await,
                Some(n) => fan_out::stream(self, request, &settings, n).await,
            }
        };
        match &request.account {
            None => opened.await,
            Some(account) => {
                self.tariff(account).pay_for_stream(account.budget(), self, request, opened).await
            }
        }
    }

    /// What this API can carry and the model's name does not rule out. A compatible server may
    /// still refuse some of it.
    fn capabilities(&self) -> Capabilities {
        self.shared.wire.capabilities()
    }

    fn name(&self) -> &str {
        self.shared.wire.model().label()
    }

    fn fingerprint(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.shared.fingerprint)
    }

    fn curl(&self, request: &Request) -> Option<String> {
        curl::command(self, request)
    }

    fn pays(&self) -> bool {
        true
    }
}

/// What no provider takes.
pub(in crate::lm) fn check(settings: &Settings) -> Result<(), LmError> {
    if settings.n == Some(0) {
        return Err(config("n is 0; ask for at least one completion"));
    }
    let numbers = [
        ("temperature", settings.temperature),
        ("top_p", settings.top_p),
        ("presence_penalty", settings.presence_penalty),
        ("frequency_penalty", settings.frequency_penalty),
    ];
    match numbers.iter().find_map(|(name, value)| Some((name, value.filter(|v| !v.is_finite())?))) {
        Some((name, value)) => {
            Err(config(format!("{name} is {value}; it must be a finite number")))
        }
        None => Ok(()),
    }
}

pub(in crate::lm) fn config(message: impl Into<String>) -> LmError {
    LmError::Config { message: message.into() }
}

impl<W> Clone for Client<W> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<W: Wire> fmt::Debug for Client<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The address without its query and the names of headers without their values.
        f.debug_struct(W::NAME)
            .field("model", &self.shared.wire.model().label())
            .field("endpoint", &endpoint::shown(&self.shared.url))
            .field("headers", &self.shared.connection.headers.keys().collect::<Vec<_>>())
            .field("settings", &self.shared.settings)
            .finish_non_exhaustive()
    }
}
