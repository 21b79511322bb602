//! The types that a signature's text can name.

use std::ops::Range;

/// A type, and where it stands in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Type {
    /// Its bytes in the text.
    pub span: Range<usize>,
    /// What it is.
    pub kind: TypeKind,
}

/// What a type is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeKind {
    /// A text, number, boolean or character.
    Scalar(Scalar),
    /// Any JSON: `serde_json::Value`.
    Json,
    /// A value or none.
    Option(Box<Type>),
    /// `Box`.
    Boxed(Box<Type>),
    /// Items in order.
    List(List, Box<Type>),
    /// Items once each.
    Set(Set, Box<Type>),
    /// Values by key.
    Map(Map, Box<Type>, Box<Type>),
    /// A fixed number of items, each of its own type.
    Tuple(Vec<Type>),
    /// A fixed number of items of one type.
    Array(Box<Type>, usize),
    /// One of these texts.
    Literal(Vec<Text>),
    /// A type of the user's own.
    Path {
        /// Whether it begins with `::`.
        is_absolute: bool,
        /// The names between `::`.
        segments: Vec<Segment>,
    },
}

/// One name of a path, with its type arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The name as written, with `r#` where that was.
    pub name: String,
    /// The types in angle brackets.
    pub arguments: Vec<Type>,
}

/// A text in a `Literal`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Its bytes in the text, quotes included.
    pub span: Range<usize>,
    /// What it says.
    pub value: String,
}

/// Declares an enum whose variants are spelled as in Rust.
macro_rules! spelled {
    ($(#[$doc:meta])* $name:ident: $($variant:ident = $spelling:literal),+ $(,)?) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $(#[doc = concat!("`", $spelling, "`.")] $variant),+
        }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name in Rust.
            pub fn rust_name(self) -> &'static str {
                match self {
                    $(Self::$variant => $spelling),+
                }
            }

            pub(crate) fn of_rust_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.rust_name() == name)
            }
        }
    };
}

spelled! {
    /// A text, number, boolean or character.
    Scalar:
    String = "String", Bool = "bool", Char = "char", F32 = "f32", F64 = "f64",
    I8 = "i8", I16 = "i16", I32 = "i32", I64 = "i64", I128 = "i128", Isize = "isize",
    U8 = "u8", U16 = "u16", U32 = "u32", U64 = "u64", U128 = "u128", Usize = "usize",
}

spelled! {
    /// A sequence.
    List: Vec = "Vec", VecDeque = "VecDeque",
}

spelled! {
    /// A set.
    Set: BTreeSet = "BTreeSet", HashSet = "HashSet",
}

spelled! {
    /// A map.
    Map: BTreeMap = "BTreeMap", HashMap = "HashMap",
}

impl Scalar {
    /// Whether it is `f32` or `f64`, whose values have no order that Rust would take for one.
    pub fn is_float(self) -> bool {
        matches!(self, Self::F32 | Self::F64)
    }

    /// For an integer, whether it can be negative; `None` for everything else.
    pub fn signedness(self) -> Option<bool> {
        match self {
            Self::I8 | Self::I16 | Self::I32 | Self::I64 | Self::I128 | Self::Isize => Some(true),
            Self::U8 | Self::U16 | Self::U32 | Self::U64 | Self::U128 | Self::Usize => Some(false),
            _ => None,
        }
    }
}

impl Type {
    /// The types directly inside.
    pub fn inner(&self) -> Vec<&Self> {
        match &self.kind {
            TypeKind::Scalar(_) | TypeKind::Json | TypeKind::Literal(_) => Vec::new(),
            TypeKind::Option(inner)
            | TypeKind::Boxed(inner)
            | TypeKind::List(_, inner)
            | TypeKind::Set(_, inner)
            | TypeKind::Array(inner, _) => vec![inner],
            TypeKind::Map(_, key, value) => vec![key, value],
            TypeKind::Tuple(items) => items.iter().collect(),
            TypeKind::Path { segments, .. } => {
                segments.iter().flat_map(|segment| &segment.arguments).collect()
            }
        }
    }

    /// Whether Rust can sort and hash the values, as far as can be told without the user's types.
    pub(crate) fn is_sortable(&self) -> bool {
        match &self.kind {
            TypeKind::Scalar(scalar) => !scalar.is_float(),
            TypeKind::Json | TypeKind::Set(Set::HashSet, _) | TypeKind::Map(Map::HashMap, ..) => {
                false
            }
            TypeKind::Path { .. } => true,
            _ => self.inner().into_iter().all(Self::is_sortable),
        }
    }

    /// Whether the values can be keys in JSON, which are texts, as far as can be told.
    pub(crate) fn is_key(&self) -> bool {
        match &self.kind {
            TypeKind::Scalar(scalar) => !scalar.is_float(),
            TypeKind::Literal(_) | TypeKind::Path { .. } => true,
            TypeKind::Boxed(inner) => inner.is_key(),
            _ => false,
        }
    }
}

/// The name of a closed set of texts: `Literal['yes', 'no']`.
pub fn literal_name<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    let quoted = |text: &str| match text.contains('\'') && !text.contains('"') {
        true => format!("\"{}\"", text.replace('\\', "\\\\")),
        false => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")),
    };
    let texts: Vec<_> = texts.into_iter().map(quoted).collect();
    format!("Literal[{}]", texts.join(", "))
}
