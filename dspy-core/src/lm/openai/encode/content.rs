//! What a message says: a text, or pieces of text and media.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Serialize;
use serde_json::value::RawValue;

use super::super::super::error::LmError;
use super::super::super::message::{Message, Part};
use super::super::ChatCompletions;
use super::media::{self, Audio, File, Image};
use super::messages::misplaced;

#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Content<'a> {
    Nothing(()),
    Text(Cow<'a, str>),
    /// A text that was written before.
    Written(&'a RawValue),
    Pieces(Vec<Piece<'a>>),
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Piece<'a> {
    Text {
        text: Cow<'a, str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        cache_control: Option<Mark>,
    },
    ImageUrl {
        image_url: Image<'a>,
    },
    InputAudio {
        input_audio: Audio<'a>,
    },
    File {
        file: File<'a>,
    },
}

/// Anthropic's mark: what stands up to here is worth keeping.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Mark {
    Ephemeral,
}

impl<'a> Content<'a> {
    /// Text alone is one string, which every server takes.
    pub(super) fn of_user(chat: &ChatCompletions, parts: &[&'a Part]) -> Result<Self, LmError> {
        if parts.iter().all(|part| matches!(part, Part::Text { .. })) {
            return Ok(Self::Text(joined(parts.iter().copied())));
        }
        let piece = |part: &&'a Part| {
            Ok(match *part {
                Part::Text { text } => Piece::text(Cow::Borrowed(&**text)),
                Part::Image { media } => Piece::ImageUrl { image_url: media::image(chat, media)? },
                Part::Audio { media } => {
                    Piece::InputAudio { input_audio: media::audio(chat, media)? }
                }
                Part::File { media } => Piece::File { file: media::file(chat, media)? },
                part => return Err(misplaced(&chat.model, part, "a user message")),
            })
        };
        Ok(Self::Pieces(parts.iter().map(piece).collect::<Result<_, LmError>>()?))
    }

    /// The same as it was written before, for a message that is sent again and again.
    pub(super) fn written(self, message: &'a Arc<Message>) -> Self {
        match self {
            // Nobody else holds it, so it is hardly sent again.
            Self::Text(_) if Arc::strong_count(message) > 1 => match message.text_as_json() {
                Some(json) => Self::Written(json),
                None => self,
            },
            _ => self,
        }
    }

    /// The same with a cache mark on the last text, which only a piece can carry.
    pub(super) fn marked(self) -> Self {
        let mut pieces = match self {
            Self::Nothing(()) | Self::Written(_) => return self,
            Self::Text(text) if text.is_empty() => return Self::Text(text),
            Self::Text(text) => vec![Piece::text(text)],
            Self::Pieces(pieces) => pieces,
        };
        let last = pieces.iter_mut().rev().find_map(|piece| match piece {
            Piece::Text { cache_control, .. } => Some(cache_control),
            _ => None,
        });
        if let Some(mark) = last {
            *mark = Some(Mark::Ephemeral);
        }
        Self::Pieces(pieces)
    }
}

impl<'a> Piece<'a> {
    fn text(text: Cow<'a, str>) -> Self {
        Self::Text { text, cache_control: None }
    }
}

/// The texts among `parts`, as one.
pub(super) fn joined<'a>(parts: impl Iterator<Item = &'a Part>) -> Cow<'a, str> {
    let mut whole = Cow::Borrowed("");
    for part in parts {
        if let Part::Text { text } = part {
            if whole.is_empty() {
                whole = Cow::Borrowed(&**text);
            } else {
                whole.to_mut().push_str(text);
            }
        }
    }
    whole
}
