//! Captions for images, against a scripted model that says what it got.
//!
//! An image is an input like any other: from a file, from bytes, from an address, or in a
//! demonstration. A file is read when the request is made, and never beyond its limit.
//!
//! ```sh
//! cargo run --example caption_image
//! ```

use dspy::Image;
use dspy::lm::{MediaSource, Part, Request, Scripted};
use dspy::prelude::*;

/// Say in one sentence what the image shows.
#[derive(Signature)]
struct Caption {
    #[input]
    image: Image,
    /// For whom the caption is.
    #[input]
    reader: String,
    #[output]
    caption: String,
}

/// A red dot of one pixel.
const DOT: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90wS\xde\
                     \0\0\0\x0cIDATx\x9cc\xf8\xcf\xc0\0\0\x03\x01\x01\0\xc9\xfe\x92\xef\
                     \0\0\0\0IEND\xaeB`\x82";

/// A model that sees no more than where its images come from.
fn seeing(request: &Request, _: usize) -> String {
    let parts = request.messages.iter().flat_map(|message| &message.parts);
    let images = parts.filter_map(|part| match part {
        Part::Image { media } => Some(match &media.source {
            MediaSource::Base64(data) => {
                let kind = media.mime.as_deref().unwrap_or("unknown");
                format!("{kind} of {} characters of base64", data.len())
            }
            MediaSource::Url(url) => format!("the image at {url}"),
            other => format!("{other:?}"),
        }),
        _ => None,
    });
    let images: Vec<String> = images.collect();
    let last = images.last().map_or("nothing", String::as_str);
    let shown = images.len().saturating_sub(1);
    format!("[[ ## caption ## ]]\nI see {last}, after {shown} example.\n\n[[ ## completed ## ]]")
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> dspy::Result<()> {
    let example = Caption {
        image: Image::from_bytes(DOT),
        reader: "a child".into(),
        caption: "A tiny red dot!".into(),
    };
    let captions =
        Predict::<Caption>::new().with_lm(Scripted::with(seeing).lm()).with_demos([example]);

    let path = std::env::temp_dir().join(format!("dspy-dot-{}.png", std::process::id()));
    std::fs::write(&path, DOT).user()?;
    for image in [
        Image::from_path(&path),
        Image::from_bytes(DOT),
        Image::from_url("https://example.com/cat.jpg").user()?,
        Image::from_path(&path).with_limit(10),
    ] {
        let input = CaptionInput { image, reader: "an adult".into() };
        match captions.call(input).await {
            Ok(out) => println!("{}", out.caption),
            Err(refused) => println!("refused: {refused}"),
        }
    }
    std::fs::remove_file(&path).user()?;
    Ok(())
}
