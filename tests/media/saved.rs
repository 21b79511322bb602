//! Media in files: what is written is what is read.

use dspy::form::Image;
use dspy::prelude::*;
use dspy::{Audio, File};
use serde_json::{Value, json};

use crate::samples::{PNG, base64};

#[test]
fn what_is_saved_is_what_is_loaded() {
    for (image, saved) in [
        (
            Image::from_url("https://example.com/a.png").unwrap(),
            json!({"url": "https://example.com/a.png"}),
        ),
        (Image::from_path("a/b.png").with_limit(7), json!({"path": "a/b.png", "limit": 7})),
        (Image::from_bytes(PNG), json!({"data": base64(PNG), "mime": "image/png"})),
        (
            Image::from_file_id("file-1").with_detail("low"),
            json!({"file_id": "file-1", "detail": "low"}),
        ),
    ] {
        assert_eq!(serde_json::to_value(&image).unwrap(), saved);
        assert_eq!(serde_json::from_value::<Image>(saved).unwrap(), image);
    }
    let data = format!("data:image/png;base64,{}", base64(PNG));
    let image: Image = serde_json::from_value(json!(data)).unwrap();
    assert_eq!(image, Image::from_bytes(PNG));
    let image: Image = serde_json::from_value(json!({"url": data})).unwrap();
    assert_eq!(image, Image::from_bytes(PNG));
    for wrong in [json!("/etc/passwd"), json!({}), json!({"url": "x", "path": "y"}), json!(7)] {
        let error = serde_json::from_value::<File>(wrong).unwrap_err().to_string();
        assert!(error.contains("exactly one of"), "{error}");
    }
    assert!(Audio::from_url("data:audio/wav,xyz").is_err());
}

#[test]
fn a_program_with_an_image_in_a_demonstration_saves_and_loads() {
    #[derive(Signature)]
    struct Caption {
        #[input]
        picture: Image,
        #[output]
        caption: String,
    }
    let rows = || [Caption { picture: Image::from_bytes(PNG), caption: "dot".into() }];
    let program = Predict::<Caption>::new().with_demos(rows());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("caption.json");
    program.save(&path).unwrap();
    let mut loaded = Predict::<Caption>::new();
    loaded.load(&path).unwrap();
    assert_eq!(loaded.demos(), program.demos());
    let text: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(text["self"]["demos"][0]["picture"]["data"], base64(PNG));
}
