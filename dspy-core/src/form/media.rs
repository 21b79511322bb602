//! [`Image`], [`Audio`] and [`File`]: what a model looks at or listens to.

use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::medium::{FormError, Medium, Source};
use super::{Form, Target};
use crate::lm::{Part, Wanted};

macro_rules! media {
    ($(#[$doc:meta])* $type:ident, $word:literal, $wanted:ident, $part:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $type(Medium);

        impl $type {
            /// At a web address, from which the provider fetches it. Of a `data:` address the content
            /// is taken.
            ///
            /// # Errors
            /// [`FormError::DataAddress`] for a `data:` address without base64.
            pub fn from_url(url: impl Into<String>) -> Result<Self, FormError> {
                Medium::at(url.into()).map(Self)
            }

            /// In a file of this machine. Nothing is read before a request is made; then it is read
            /// off the runtime's threads, and no further than the limit.
            pub fn from_path(path: impl Into<PathBuf>) -> Self {
                Self(Medium::new(Source::Path(path.into())))
            }

            /// Given by content.
            pub fn from_bytes(bytes: impl AsRef<[u8]>) -> Self {
                Self(Medium::of_bytes(bytes.as_ref()))
            }

            /// Uploaded to the provider before.
            pub fn from_file_id(id: impl Into<String>) -> Self {
                Self(Medium::new(Source::Id(id.into())))
            }

            /// The same with a MIME type, in place of what the first bytes tell.
            #[must_use]
            pub fn with_mime(mut self, mime: impl Into<String>) -> Self {
                self.0.mime = Some(mime.into());
                self
            }

            /// The same with another limit on its bytes; 20 MiB by default. What lies at an address
            /// or at the provider is not measured.
            #[must_use]
            pub fn with_limit(mut self, bytes: u64) -> Self {
                self.0.limit = bytes;
                self
            }
        }

        /// Says where it is and of which type, not what it holds.
        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($type), "({:?})"), self.0)
            }
        }

        impl Form for $type {
            fn word() -> Cow<'static, str> {
                $word.into()
            }

            fn title() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn schema() -> Value {
                Medium::schema()
            }

            fn render(&self, _target: &Target) -> Result<Vec<Part>, String> {
                let media = self.0.media(Wanted::$wanted).map_err(|error| error.to_string())?;
                Ok(vec![Part::$part { media }])
            }

            fn parse(_text: &str) -> Result<Self, String> {
                Err(concat!("a model writes no ", $word).to_owned())
            }

            fn is_media() -> bool {
                true
            }
        }

        crate::form!($type);
    };
}

media! {
    /// An image, for models that can see. An input; alone, optional, in lists, maps and structs.
    ///
    /// As JSON it is `{"url": …}`, `{"path": …}`, `{"data": …}` in base64, or `{"file_id": …}`, with
    /// `mime` and the like beside that. A text that is an address is read as well. Whoever reads
    /// inputs from outside should know that a `path` among them opens that file.
    ///
    /// ```
    /// use dspy::form::Image;
    /// use dspy::prelude::*;
    ///
    /// /// Say in one sentence what the image shows.
    /// #[derive(Signature)]
    /// struct Caption {
    ///     #[input]
    ///     image: Image,
    ///     #[output]
    ///     caption: String,
    /// }
    ///
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let model = dspy::lm::Scripted::texts(["[[ ## caption ## ]]\nA red dot."]);
    /// let caption = Predict::<Caption>::new().with_lm(model.lm());
    /// let out = caption.call(Image::from_bytes(b"\x89PNG\r\n\x1a\n...")).await?;
    /// assert_eq!(out.caption, "A red dot.");
    /// # Ok::<(), dspy::Error>(()) }).unwrap();
    /// ```
    Image, "image", IMAGE, Image
}

impl Image {
    /// The same with OpenAI's level of detail: `low`, `high` or `auto`.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }
}

media! {
    /// A sound, for models that can hear. Otherwise as [`Image`].
    Audio, "audio", AUDIO, Audio
}

media! {
    /// A file, such as a PDF, for models that can read them. Otherwise as [`Image`].
    File, "file", FILE, File
}

impl File {
    /// The same with a name to show to the provider. A file of this machine has its own.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.0.name = Some(name.into());
        self
    }
}
