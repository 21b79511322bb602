//! [`Frames`]: the pieces of a streamed answer, as events or lines.

use std::pin::Pin;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use sse_stream::{Error as SseError, SseByteStream};

use super::super::error::LmError;
use super::{Http, Opened};

/// One piece: the event's name, empty where it has none, and its text.
#[derive(Debug)]
pub(in crate::lm) struct Frame {
    pub(in crate::lm) event: String,
    pub(in crate::lm) data: String,
}

/// The pieces of one answer. They end where the connection ends; whether the answer was whole then
/// is for the reader to say.
pub(in crate::lm) type Frames = BoxStream<'static, Result<Frame, LmError>>;

impl Http {
    /// The answer's server-sent events.
    pub(in crate::lm) fn events(&self, opened: Opened) -> Frames {
        let host = self.0.host.clone();
        // Some servers close the connection right after the last event, without the empty line that
        // ends it.
        let end = stream::once(async { Ok(Bytes::from_static(b"\n\n")) });
        let events = SseByteStream::new(self.bytes(opened).chain(end).map_err(Carried).boxed());
        events
            .map(move |event| match event {
                Ok(event) => Ok(event
                    .data
                    .map(|data| Frame { event: event.event.unwrap_or_default(), data })),
                Err(SseError::Body(error)) => Err(match error.downcast::<Carried>() {
                    Ok(carried) => carried.0,
                    Err(error) => broken(&host, &error.to_string()),
                }),
                Err(error) => Err(broken(&host, &error.to_string())),
            })
            .try_filter_map(async |frame| Ok(frame))
            .boxed()
    }

    /// The answer's lines, without empty ones.
    pub(in crate::lm) fn lines(&self, opened: Opened) -> Frames {
        let host = self.0.host.clone();
        let lines =
            Lines { bytes: self.bytes(opened).boxed(), rest: Vec::new(), read: 0, over: false };
        stream::try_unfold(lines, move |mut lines| {
            let host = host.clone();
            async move {
                let Some(line) = lines.next().await? else { return Ok(None) };
                match String::from_utf8(line) {
                    Ok(data) => Ok(Some((Frame { event: String::new(), data }, lines))),
                    Err(_) => Err(broken(&host, "a line is no UTF-8")),
                }
            }
        })
        .boxed()
    }

    fn bytes(&self, opened: Opened) -> impl Stream<Item = Result<Bytes, LmError>> + Send + use<> {
        let http = self.clone();
        stream::try_unfold((opened, 0), move |(mut opened, size)| {
            let http = http.clone();
            async move {
                let chunk = http.0.chunk(&mut opened.body, &mut opened.clock).await?;
                let Some(chunk) = chunk else { return Ok(None) };
                let size = size + chunk.len();
                http.0.check_size(size)?;
                Ok(Some((chunk, (opened, size))))
            }
        })
    }
}

fn broken(host: &str, fault: &str) -> LmError {
    LmError::Decode { host: host.to_owned(), message: format!("the stream is garbled: {fault}") }
}

/// An [`LmError`] on its way through a reader of events.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Carried(LmError);

struct Lines {
    bytes: BoxStream<'static, Result<Bytes, LmError>>,
    rest: Vec<u8>,
    /// How much of `rest` has been searched for an end of line.
    read: usize,
    over: bool,
}

impl Lines {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, LmError> {
        loop {
            let unread = self.rest.get(self.read..).unwrap_or_default();
            if let Some(length) = unread.iter().position(|byte| *byte == b'\n') {
                let after = self.rest.split_off(self.read + length + 1);
                let mut line = std::mem::replace(&mut self.rest, after);
                self.read = 0;
                line.pop();
                if line.iter().any(|byte| !byte.is_ascii_whitespace()) {
                    return Ok(Some(line));
                }
                continue;
            }
            self.read = self.rest.len();
            if self.over {
                let line = std::mem::take(&mut self.rest);
                self.read = 0;
                let blank = line.iter().all(u8::is_ascii_whitespace);
                return Ok((!blank).then_some(line));
            }
            match Pin::new(&mut self.bytes).try_next().await? {
                Some(chunk) => self.rest.extend_from_slice(&chunk),
                None => self.over = true,
            }
        }
    }
}
