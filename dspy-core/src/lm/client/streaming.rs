//! A streamed answer: opened, read piece by piece, and whole at the end.

use std::sync::Arc;

use futures_util::{StreamExt, stream};
use http::header::HeaderMap;

use super::super::error::LmError;
use super::super::http::Frames;
use super::super::model::{EventStream, StreamEvent, whole};
use super::super::request::{Request, Settings};
use super::assembly::Assembly;
use super::wire::{Fault, Pieces, Wire};
use super::{Shared, failure, headers};

/// Asks and waits for the answer's head.
pub(super) async fn open<W: Wire>(
    shared: &Arc<Shared<W>>,
    request: &Request,
    settings: &Settings,
) -> Result<EventStream, LmError> {
    let Shared { wire, stream_url, connection, .. } = &**shared;
    let opened = connection.open(stream_url, wire.encode(request, settings, true)?).await?;
    if headers::is_whole(&opened.headers) {
        // Some servers and proxies do not stream, whatever is asked; others send a page.
        let reply = connection.read(opened).await?;
        let response = wire.decode(&connection.reading(&reply))?;
        return Ok(whole(response));
    }
    let reader = Reader {
        status: opened.status,
        headers: opened.headers.clone(),
        pieces: wire.pieces(),
        assembly: Assembly::default(),
        frames: connection.frames(opened, W::FRAMING),
        wanted: settings.n.unwrap_or(1) as usize,
        shared: Arc::clone(shared),
        over: false,
    };
    Ok(stream::unfold(reader, |mut reader| async move {
        let event = reader.next().await?;
        Some((event, reader))
    })
    .boxed())
}

struct Reader<W: Wire> {
    shared: Arc<Shared<W>>,
    status: u16,
    headers: HeaderMap,
    frames: Frames,
    pieces: W::Pieces,
    assembly: Assembly,
    wanted: usize,
    over: bool,
}

impl<W: Wire> Reader<W> {
    async fn next(&mut self) -> Option<Result<StreamEvent, LmError>> {
        loop {
            if let Some(event) = self.assembly.event() {
                return Some(Ok(event));
            }
            if self.over {
                return None;
            }
            if self.assembly.has_ended() {
                return self.last();
            }
            let fault = match self.frames.next().await {
                Some(Ok(frame)) => {
                    self.assembly.note(&frame.data);
                    match self.pieces.take(&frame.event, &frame.data, &mut self.assembly) {
                        Ok(()) => continue,
                        Err(fault) => self.failed(fault, &frame.data),
                    }
                }
                Some(Err(error)) => error,
                None if self.pieces.whole_without_end(&self.assembly) => return self.last(),
                None => self.cut_off(),
            };
            self.over = true;
            return Some(Err(fault));
        }
    }

    /// The events that only the end brings, and after them the whole answer.
    fn last(&mut self) -> Option<Result<StreamEvent, LmError>> {
        self.over = true;
        if self.assembly.is_empty() {
            let peer = &self.shared.connection.peer;
            return Some(Err(peer.unreadable("the stream held no completion", &[])));
        }
        let mut response = self.assembly.take_response();
        response.request_id =
            headers::request_id(&self.headers).map(str::to_owned).or(response.request_id);
        response.rate_limit = headers::rate_limit(&self.headers);
        if response.completions.len() < self.wanted {
            return Some(Err(self.shared.wire.model().unsupported(
                format!("n={} (the server sent {})", self.wanted, response.completions.len()),
                "ask once for each completion",
            )));
        }
        self.assembly.push(StreamEvent::Done(response));
        self.assembly.event().map(Ok)
    }

    fn failed(&self, fault: Fault, data: &str) -> LmError {
        let peer = &self.shared.connection.peer;
        match fault {
            Fault::Reported(error) => failure::in_band(peer, self.status, &self.headers, &error),
            Fault::Unreadable(why) => peer.unreadable(&why, data.as_bytes()),
        }
    }

    fn cut_off(&self) -> LmError {
        LmError::Transport {
            host: self.shared.connection.peer.host.clone(),
            message: "the stream ended before the answer was complete".to_owned(),
        }
    }
}
