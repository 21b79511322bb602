//! Several completions from providers that give one at a time: as many calls at once.

use futures_util::future::try_join_all;
use futures_util::{StreamExt, stream};

use super::super::error::LmError;
use super::super::model::{EventStream, StreamEvent};
use super::super::request::{Request, Settings};
use super::super::response::Response;
use super::Client;
use super::streaming;
use super::wire::Wire;

/// Asks `n` times at once. If one call fails, the others are dropped and all fails.
pub(super) async fn generate<W: Wire>(
    client: &Client<W>,
    request: &Request,
    settings: &Settings,
    n: u32,
) -> Result<Response, LmError> {
    let each: Vec<Settings> = (0..n).map(|index| single(settings, index)).collect();
    let answers = try_join_all(each.iter().map(|settings| client.ask(request, settings))).await?;
    Ok(merged(answers))
}

/// Opens `n` streams and passes on what comes, as one stream of `n` completions.
pub(super) async fn stream<W: Wire>(
    client: &Client<W>,
    request: &Request,
    settings: &Settings,
    n: u32,
) -> Result<EventStream, LmError> {
    let each: Vec<Settings> = (0..n).map(|index| single(settings, index)).collect();
    let opened = each.iter().map(|settings| streaming::open(&client.shared, request, settings));
    let streams = try_join_all(opened).await?;
    let mut answers: Vec<Option<Response>> = vec![None; streams.len()];
    let numbered = streams
        .into_iter()
        .enumerate()
        .map(|(place, stream)| stream.map(move |event| (place, event)).boxed());
    let all = stream::select_all(numbered).map(move |(place, event)| {
        let event = match event? {
            StreamEvent::Text { delta, .. } => StreamEvent::Text { index: place, delta },
            StreamEvent::Reasoning { delta, .. } => StreamEvent::Reasoning { index: place, delta },
            StreamEvent::ToolCall { call, .. } => StreamEvent::ToolCall { index: place, call },
            StreamEvent::Done(response) => {
                if let Some(slot) = answers.get_mut(place) {
                    *slot = Some(response);
                }
                if answers.iter().any(Option::is_none) {
                    return Ok(None);
                }
                StreamEvent::Done(merged(answers.drain(..).flatten()))
            }
        };
        Ok(Some(event))
    });
    Ok(all.filter_map(async |event: Result<_, LmError>| event.transpose()).boxed())
}

/// The settings of one call of several. With one seed for all, all completions would be the same.
fn single(settings: &Settings, index: u32) -> Settings {
    let mut settings = settings.clone();
    settings.n = None;
    settings.seed = settings.seed.map(|seed| seed.wrapping_add(i64::from(index)));
    settings
}

/// One answer of all completions; what cannot be added up comes from the first.
fn merged(answers: impl IntoIterator<Item = Response>) -> Response {
    let mut answers = answers.into_iter();
    let mut whole = answers.next().unwrap_or_default();
    for answer in answers {
        whole.completions.extend(answer.completions);
        whole.usage += answer.usage;
        whole.rate_limit = answer.rate_limit.or(whole.rate_limit);
    }
    whole
}
