//! [`Watch`]: what goes along with a stream, sees its events, and ends with it.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::Stream;

use super::error::LmError;
use super::model::{EventStream, StreamEvent};

/// Something that sees the events of a stream before the caller does, and may change them.
///
/// It is dropped when the stream is over, be it by its end, by an error, or because nobody wants the
/// rest. What it holds, such as a permit, comes back then.
pub(super) trait Watch: Send + Unpin + 'static {
    /// The next event.
    fn event(&mut self, event: &mut Result<StreamEvent, LmError>);
}

/// `stream`, watched by `watch`.
pub(super) fn watched(stream: EventStream, watch: impl Watch) -> EventStream {
    Box::pin(Watched { stream, watch: Some(watch) })
}

struct Watched<W> {
    stream: EventStream,
    watch: Option<W>,
}

impl<W: Watch> Stream for Watched<W> {
    type Item = Result<StreamEvent, LmError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut next = ready!(self.stream.as_mut().poll_next(cx));
        if let (Some(event), Some(watch)) = (&mut next, &mut self.watch) {
            watch.event(event);
        }
        if matches!(next, None | Some(Err(_) | Ok(StreamEvent::Done(_)))) {
            self.watch = None;
        }
        Poll::Ready(next)
    }
}

/// Whether a caller sees something of the answer in it.
pub(super) fn is_visible(event: &StreamEvent) -> bool {
    match event {
        StreamEvent::Text { delta, .. } | StreamEvent::Reasoning { delta, .. } => !delta.is_empty(),
        StreamEvent::ToolCall { .. } | StreamEvent::Done(_) => true,
    }
}

/// A stream whose first visible event has come, so that whatever failed before it can still be
/// tried elsewhere, or again.
///
/// # Errors
/// Whatever the stream reports before it.
pub(super) async fn begun(mut stream: EventStream) -> Result<EventStream, LmError> {
    use futures_util::{StreamExt, stream::iter};
    let mut seen = Vec::new();
    while let Some(event) = stream.next().await {
        let event = event?;
        let visible = is_visible(&event);
        seen.push(Ok(event));
        if visible {
            break;
        }
    }
    Ok(Box::pin(iter(seen).chain(stream)))
}
