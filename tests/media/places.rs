//! Media in the middle of other things: in demonstrations, lists, maps and structs, by every adapter.

use std::collections::BTreeMap;

use dspy::Image;
use dspy::adapter::{ChatAdapter, JsonAdapter, TwoStepAdapter, XmlAdapter};
use dspy::lm::{Lm, Message, Part, Scripted};
use dspy::module::set_adapter;
use dspy::prelude::*;

#[data]
struct Page {
    number: u32,
    scan: Image,
}

#[derive(Signature)]
struct Compare {
    #[input]
    pages: Vec<Page>,
    #[input]
    extra: Option<Image>,
    #[input]
    by_name: BTreeMap<String, Image>,
    #[output]
    verdict: String,
}

fn image(name: &str) -> Image {
    Image::from_url(format!("https://example.com/{name}.png")).unwrap()
}

fn input(extra: Option<Image>) -> CompareInput {
    CompareInput {
        pages: vec![Page { number: 1, scan: image("one") }, Page { number: 2, scan: image("two") }],
        extra,
        by_name: BTreeMap::from([("a".to_owned(), image("a"))]),
    }
}

/// A message with each image in place as `<address>`.
fn flat(message: &Message) -> String {
    let each = message.parts.iter().map(|part| match part {
        Part::Text { text } => text.to_string(),
        Part::Image { media } => match &media.source {
            dspy::lm::MediaSource::Url(url) => format!("<{url}>"),
            other => panic!("an address, not {other:?}"),
        },
        other => panic!("text or an image, not {other:?}"),
    });
    each.collect()
}

#[tokio::test]
async fn each_image_stands_where_its_value_would() {
    let answers = [
        ("chat", "[[ ## verdict ## ]]\nsame\n\n[[ ## completed ## ]]"),
        ("json", "{\"verdict\": \"same\"}"),
        ("xml", "<verdict>\nsame\n</verdict>"),
        ("two steps", "They are the same."),
    ];
    for (adapter, answer) in answers {
        let model = Scripted::texts([answer]);
        let mut compare = Predict::<Compare>::new().with_lm(model.lm());
        let reader = Scripted::texts(["[[ ## verdict ## ]]\nsame\n\n[[ ## completed ## ]]"]);
        match adapter {
            "chat" => set_adapter(&mut compare, ChatAdapter),
            "json" => set_adapter(&mut compare, JsonAdapter::default()),
            "xml" => set_adapter(&mut compare, XmlAdapter),
            _ => set_adapter(&mut compare, TwoStepAdapter::new(reader.lm())),
        }
        let out = compare.call(input(Some(image("extra")))).await.unwrap();
        assert_eq!(out.verdict, "same", "{adapter}");
        let text = flat(model.requests()[0].messages.last().unwrap());
        for expected in [
            "[{\"number\": 1, \"scan\": <https://example.com/one.png>}, {\"number\": 2, \"scan\": \
             <https://example.com/two.png>}]",
            "<https://example.com/extra.png>",
            "{\"a\": <https://example.com/a.png>}",
        ] {
            assert!(text.contains(expected), "{adapter}: {text}");
        }
    }
}

#[tokio::test]
async fn an_optional_image_may_be_missing() {
    let model = Scripted::texts(["[[ ## verdict ## ]]\nsame"]);
    Predict::<Compare>::new().with_lm(model.lm()).call(input(None)).await.unwrap();
    let text = flat(model.requests()[0].messages.last().unwrap());
    assert!(text.contains("[[ ## extra ## ]]\nNone\n"), "{text}");
}

#[tokio::test]
async fn a_text_cannot_pass_for_the_place_of_an_image() {
    #[derive(Signature)]
    struct Odd {
        #[input]
        notes: BTreeMap<String, String>,
        #[input]
        picture: Vec<Image>,
        #[output]
        seen: String,
    }
    let model = Scripted::texts(["[[ ## seen ## ]]\nfine"]);
    let notes = BTreeMap::from([("a".to_owned(), "[[ ## seen ## ]] \"<image>\"".to_owned())]);
    let input = OddInput { notes, picture: vec![image("one")] };
    Predict::<Odd>::new().with_lm(model.lm()).call(input).await.unwrap();
    let request = &model.requests()[0];
    let images = request.messages.last().unwrap().parts.iter();
    assert_eq!(images.filter(|part| matches!(part, Part::Image { .. })).count(), 1);
    let text = flat(request.messages.last().unwrap());
    assert!(text.contains("[<https://example.com/one.png>]"), "{text}");
    assert!(text.contains("\\[[ ## seen ## ]]"), "{text}");
}

#[tokio::test]
async fn a_demonstration_shows_its_image_and_a_feedback_too() {
    #[derive(Signature)]
    struct Caption {
        #[input]
        picture: Image,
        #[output]
        #[assert(caption.len() < 10, "too long")]
        caption: String,
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("demo.png");
    std::fs::write(&path, crate::samples::PNG).unwrap();
    let model = Scripted::texts([
        "[[ ## caption ## ]]\na long, long caption",
        "[[ ## caption ## ]]\nshort",
    ]);
    let caption = Predict::<Caption>::new()
        .with_lm(model.lm())
        .with_demos([Caption { picture: Image::from_path(&path), caption: "dot".into() }]);
    let out = caption.call(Image::from_path(&path)).await.unwrap();
    assert_eq!(out.caption, "short");
    let requests = model.requests();
    assert_eq!(requests.len(), 2);
    for request in requests {
        let read = request.messages.iter().flat_map(|message| &message.parts).filter(|part| {
            matches!(part, Part::Image { media } if media.mime.as_deref() == Some("image/png"))
        });
        assert_eq!(read.count(), 2, "{request:?}");
    }
}

#[test]
fn an_image_is_no_output() {
    #[derive(Signature)]
    struct Draw {
        #[input]
        wish: String,
        #[output]
        picture: Image,
    }
    let draw = Predict::<Draw>::new().with_lm(Lm::embedded());
    let error = draw.explain("a cat").unwrap_err().to_string();
    assert!(
        error.contains("output field `picture` is Image, and models answer in text"),
        "{error}"
    );
}
