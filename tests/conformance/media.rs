//! Media that a server must take in its provider's format.

use dspy::form::{Form, Target as For};
use dspy::lm::{Message, Part, Request, Role, Settings};
use dspy::{Audio, File, Image};

use crate::checks::Checked;
use crate::outcome::Fault;
use crate::target::Target;

/// An image of one pixel.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90wS\xde\
                     \0\0\0\x0cIDATx\x9cc\xf8\xcf\xc0\0\0\x03\x01\x01\0\xc9\xfe\x92\xef\
                     \0\0\0\0IEND\xaeB`\x82";

/// A sound without samples.
const WAV: &[u8] = b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\
                     \x10\0data\0\0\0\0";

/// A document without pages.
const PDF: &[u8] = b"%PDF-1.1\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n\
                     2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";

async fn answered(target: &Target, media: &impl Form) -> Checked {
    let mut parts = vec![Part::text("What is the capital of France? It has to do with this:")];
    parts.extend(media.render(&For::default()).map_err(Fault::Other)?);
    let settings = Settings::default().with_temperature(1.0).with_max_tokens(64);
    let request = Request::new([Message::new(Role::User, parts)]).with_settings(settings);
    let response = target.lm().generate(&request).await?;
    match response.completions.first() {
        Some(completion) if !completion.parts.is_empty() => Ok(String::new()),
        _ => Err(Fault::Other(format!("an empty answer: {response:?}"))),
    }
}

pub(crate) async fn image(target: &Target) -> Checked {
    answered(target, &Image::from_bytes(PNG)).await
}

pub(crate) async fn audio(target: &Target) -> Checked {
    answered(target, &Audio::from_bytes(WAV)).await
}

pub(crate) async fn file(target: &Target) -> Checked {
    answered(target, &File::from_bytes(PDF).with_name("empty.pdf")).await
}
