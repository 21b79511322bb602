//! What is too large or something else is refused, and nothing is read before the call.

use std::fs;
use std::path::Path;

use dspy::lm::{Message, Part, Request, Role, Scripted};
use dspy::prelude::*;
use dspy::{Audio, File, Image};

use crate::samples::{FLAC, GIF, JPEG, MP3, MP3_FRAME, OGG, PDF, PNG, TEXT, WAV, WEBP};

#[derive(Signature)]
struct Read {
    #[input]
    paper: File,
    #[output]
    gist: String,
}

#[derive(Signature)]
struct Look {
    #[input]
    picture: Image,
    #[output]
    seen: String,
}

#[derive(Signature)]
struct Hear {
    #[input]
    sound: Audio,
    #[output]
    heard: String,
}

fn answering(field: &str) -> Scripted {
    let text = format!("[[ ## {field} ## ]]\nfine\n\n[[ ## completed ## ]]");
    Scripted::with(move |_, _| text.clone())
}

async fn error_of(paper: File) -> String {
    let model = answering("gist");
    let error = Predict::<Read>::new().with_lm(model.lm()).call(paper).await.unwrap_err();
    assert_eq!(model.calls(), 0);
    error.to_string()
}

/// Bytes that this process read from files so far, cached ones included.
#[cfg(target_os = "linux")]
fn bytes_read() -> u64 {
    let io = fs::read_to_string("/proc/self/io").unwrap();
    let line = io.lines().find_map(|line| line.strip_prefix("rchar: ")).unwrap();
    line.parse().unwrap()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_file_over_the_limit_is_refused_before_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("huge.pdf");
    let file = fs::File::create(&path).unwrap();
    file.set_len(50 * 1024 * 1024).unwrap();
    let before = bytes_read();
    let error = error_of(File::from_path(&path)).await;
    let read = bytes_read() - before;
    println!("read {read} bytes of the process for a file of 50 MB");
    assert!(error.contains("huge.pdf` has more than 20971520 bytes"), "{error}");
    assert!(error.contains("with_limit"), "{error}");
    // Other tests of this file read a few kilobytes at the same time.
    assert!(read < 1024 * 1024, "{read} bytes were read");
}

#[tokio::test]
async fn a_higher_limit_lets_it_pass_and_a_lower_one_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.txt");
    fs::write(&path, "x".repeat(1000)).unwrap();
    let model = answering("gist");
    let read = Predict::<Read>::new().with_lm(model.lm());
    read.call(File::from_path(&path).with_limit(1000)).await.unwrap();
    let error = read.call(File::from_path(&path).with_limit(999)).await.unwrap_err().to_string();
    assert!(error.contains("more than 999 bytes"), "{error}");
    let error = error_of(File::from_bytes("x".repeat(1000)).with_limit(999)).await;
    assert!(error.contains("more than 999 bytes"), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn what_has_no_end_is_not_opened() {
    let error = error_of(File::from_path("/dev/zero")).await;
    assert!(error.contains("`/dev/zero`: it is no regular file"), "{error}");
    let error = error_of(File::from_path(std::env::temp_dir())).await;
    assert!(error.contains("it is no regular file"), "{error}");
}

#[tokio::test]
async fn nothing_is_read_before_the_call() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("later.txt");
    let model = answering("gist");
    let read = Predict::<Read>::new().with_lm(model.lm());
    let paper = File::from_path(&path);
    // Neither for a look at the prompt.
    let shown = read.explain(paper.clone()).unwrap();
    assert!(shown.contains("[file"), "{shown}");
    let call = read.call(paper.clone());
    fs::write(&path, "now").unwrap();
    call.await.unwrap();
    fs::remove_file(&path).unwrap();
    let error = read.call(paper).await.unwrap_err().to_string();
    assert!(error.contains("could not read") && error.contains("later.txt"), "{error}");
}

/// What the only part that is no text says of its type.
async fn mime<S: Signature>(input: S::Input, field: &str) -> Result<String, String> {
    let model = answering(field);
    let predict = Predict::<S>::new().with_lm(model.lm());
    predict.call(input).await.map_err(|error| error.to_string())?;
    let request = &model.requests()[0];
    let parts = request.messages.last().unwrap().parts.iter();
    let mut media = parts.filter_map(|part| match part {
        Part::Image { media } | Part::Audio { media } | Part::File { media } => Some(media),
        _ => None,
    });
    Ok(media.next_back().unwrap().mime.clone().unwrap())
}

#[tokio::test]
async fn the_type_is_told_by_the_first_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("no-extension");
    for (bytes, kind) in [
        (PNG, "image/png"),
        (JPEG, "image/jpeg"),
        (GIF, "image/gif"),
        (WEBP, "image/webp"),
        (WAV, "audio/wav"),
        (MP3, "audio/mpeg"),
        (MP3_FRAME, "audio/mpeg"),
        (FLAC, "audio/flac"),
        (OGG, "audio/ogg"),
        (PDF, "application/pdf"),
        (TEXT, "text/plain"),
    ] {
        fs::write(&path, bytes).unwrap();
        for by_path in [false, true] {
            let (image, audio, file) = match by_path {
                true => (Image::from_path(&path), Audio::from_path(&path), File::from_path(&path)),
                false => {
                    (Image::from_bytes(bytes), Audio::from_bytes(bytes), File::from_bytes(bytes))
                }
            };
            assert_eq!(mime::<Read>(ReadInput { paper: file }, "gist").await.unwrap(), kind);
            let seen = mime::<Look>(LookInput { picture: image }, "seen").await;
            assert_eq!(seen.is_ok(), kind.starts_with("image/"), "{kind}: {seen:?}");
            let heard = mime::<Hear>(HearInput { sound: audio }, "heard").await;
            assert_eq!(heard.is_ok(), kind.starts_with("audio/"), "{kind}: {heard:?}");
        }
    }
    let error =
        mime::<Look>(LookInput { picture: Image::from_bytes(PDF) }, "seen").await.unwrap_err();
    assert!(error.contains("holds application/pdf, not an image"), "{error}");
    let error = mime::<Look>(LookInput { picture: Image::from_bytes(b"\x00\x01") }, "seen")
        .await
        .unwrap_err();
    assert!(error.contains("with_mime"), "{error}");
    let said = Image::from_bytes(b"\x00\x01").with_mime("image/avif");
    assert_eq!(mime::<Look>(LookInput { picture: said }, "seen").await.unwrap(), "image/avif");
}

#[tokio::test]
async fn debug_shows_no_content() {
    let secret = "c2VjcmV0IHNlY3JldA==";
    let image = Image::from_url(format!("data:image/png;base64,{secret}")).unwrap();
    assert_eq!(format!("{image:?}"), "Image(13 bytes, image/png)");
    assert_eq!(format!("{:?}", File::from_path(Path::new("a.pdf"))), "File(a.pdf)");
    let model = answering("seen");
    Predict::<Look>::new().with_lm(model.lm()).call(image).await.unwrap();
    assert!(!format!("{:?}", model.requests()).contains(secret));
}

#[tokio::test]
async fn a_request_made_by_hand_reads_its_files_when_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.png");
    fs::write(&path, PNG).unwrap();
    let media: dspy::lm::Media =
        dspy::lm::Media::of(dspy::lm::MediaSource::Local(dspy::lm::LocalFile::new(&path)));
    let part = Part::Image { media };
    let mut request = Request::new([Message::new(Role::User, vec![part])]);
    request.load_media().await.unwrap();
    let Part::Image { media } = &request.messages[0].parts[0] else { panic!("an image") };
    assert_eq!(media.mime.as_deref(), Some("image/png"));
}
