//! Words of a text: how they are cut, stemmed, and compared.

/// What a word is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// Carries meaning of its own.
    Content,
    /// A function word such as `the`.
    Stop,
    /// Starts with a digit.
    Number,
}

/// One word of a text.
#[derive(Clone, Debug)]
pub(super) struct Word<'a> {
    /// As it stands in the text, without a possessive ending.
    pub(super) raw: &'a str,
    /// Where it starts in the text, in bytes.
    pub(super) at: usize,
    /// In lower case, without diacritics.
    pub(super) folded: String,
    pub(super) sort: Sort,
    stem: usize,
}

impl Word<'_> {
    /// The word without its common English endings; always a prefix of `folded`.
    pub(super) fn stem(&self) -> &str {
        self.folded.get(..self.stem).unwrap_or(&self.folded)
    }

    pub(super) fn is_content(&self) -> bool {
        self.sort == Sort::Content
    }
}

/// Cuts a text into words. Hyphens separate; apostrophes inside a word and points or commas
/// inside a number do not.
pub(super) fn words(text: &str) -> Vec<Word<'_>> {
    let mut found = Vec::new();
    let mut start = None;
    let mut before = ' ';
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let after = chars.peek().map_or(' ', |(_, next)| *next);
        let joins = match c {
            '\'' | '’' => before.is_alphabetic() && after.is_alphabetic(),
            ',' | '.' => before.is_ascii_digit() && after.is_ascii_digit(),
            _ => c.is_alphanumeric() || is_accent(c),
        };
        match (joins, start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                found.extend(text.get(from..at).map(|raw| word(raw, from)));
                start = None;
            }
            _ => {}
        }
        before = c;
    }
    if let Some(from) = start {
        found.extend(text.get(from..).map(|raw| word(raw, from)));
    }
    found
}

/// The content words of a text.
pub(super) fn content_words(text: &str) -> impl Iterator<Item = Word<'_>> {
    words(text).into_iter().filter(Word::is_content)
}

fn word(raw: &str, at: usize) -> Word<'_> {
    let raw = ["'s", "’s", "'S", "’S"]
        .iter()
        .find_map(|ending| raw.strip_suffix(ending))
        .filter(|rest| !rest.is_empty())
        .unwrap_or(raw);
    let folded = fold(raw);
    let sort = if folded.starts_with(|c: char| c.is_numeric()) {
        Sort::Number
    } else if folded.len() <= LONGEST_STOP && STOP.binary_search(&folded.as_str()).is_ok() {
        Sort::Stop
    } else {
        Sort::Content
    };
    let stem = if sort == Sort::Content { stem_len(&folded) } else { folded.len() };
    Word { raw, at, folded, sort, stem }
}

/// How alike two words are: 1 for the same stem, 0.5 for stems of one long common beginning.
pub(super) fn likeness(a: &str, b: &str) -> f64 {
    if a == b {
        return 1.0;
    }
    let common = a.bytes().zip(b.bytes()).take_while(|(x, y)| x == y).count();
    if common >= 5 && a.len().max(b.len()) <= common + 3 { 0.5 } else { 0.0 }
}

/// Lower case without diacritics.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            folded.push(c.to_ascii_lowercase());
        } else {
            for lower in c.to_lowercase().filter(|c| !is_accent(*c)) {
                match plain(lower) {
                    "" => folded.push(lower),
                    letters => folded.push_str(letters),
                }
            }
        }
    }
    folded
}

fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

/// The plain letters of a Latin letter with a diacritic; empty for every other character.
fn plain(c: char) -> &'static str {
    match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' | 'ạ'..='ặ' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ð' | 'ď' | 'đ' | 'ḍ' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' | 'ẹ'..='ệ' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ĥ' | 'ħ' | 'ḥ' => "h",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' | 'ỉ' | 'ị' => "i",
        'ĺ' | 'ļ' | 'ľ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' | 'ṅ' | 'ṇ' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' | 'ọ'..='ợ' | 'ơ' => "o",
        'œ' => "oe",
        'ŕ' | 'ŗ' | 'ř' | 'ṛ' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' | 'ṣ' => "s",
        'ß' => "ss",
        'ţ' | 'ť' | 'ț' | 'ṭ' => "t",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' | 'ụ'..='ự' | 'ư' => "u",
        'ý' | 'ÿ' | 'ŷ' => "y",
        'ź' | 'ż' | 'ž' | 'ẓ' => "z",
        _ => "",
    }
}

/// Length of the stem: endings of number and tense, then derivational ones, are cut off. The
/// result need not be a word, it only has to be the same for relatives.
fn stem_len(word: &str) -> usize {
    if word.len() <= 3 || !word.is_ascii() {
        return word.len();
    }
    let mut rest = singular(word);
    let ending = endings(rest.bytes().next_back())
        .iter()
        .filter_map(|ending| rest.strip_suffix(ending))
        .filter(|left| left.len() >= 3 && left.contains(['a', 'e', 'i', 'o', 'u', 'y']))
        .min_by_key(|left| left.len());
    if let Some(left) = ending {
        rest = undoubled(left);
    }
    if rest.len() > 3 {
        let silent: &[char] = if rest.len() > 4 { &['e', 'y', 'i'] } else { &['e', 'i'] };
        rest = rest.strip_suffix(silent).unwrap_or(rest);
    }
    rest.len()
}

fn singular(word: &str) -> &str {
    let cut = |count: usize| word.get(..word.len() - count).unwrap_or(word);
    if word.ends_with("sses")
        || ["ches", "shes", "xes", "zes"].iter().any(|e| word.ends_with(e))
        || (word.len() > 4 && ["ies", "ied"].iter().any(|e| word.ends_with(e)))
    {
        cut(2)
    } else if word.ends_with('s') && !["ss", "us", "is"].iter().any(|e| word.ends_with(e)) {
        cut(1)
    } else {
        word
    }
}

/// `runn` becomes `run`; doubled l, s and z usually belong to the word.
fn undoubled(stem: &str) -> &str {
    let mut ends = stem.bytes().rev();
    match (ends.next(), ends.next()) {
        (Some(last), Some(other))
            if last == other && stem.len() > 3 && !matches!(last, b'l' | b's' | b'z') =>
        {
            stem.get(..stem.len() - 1).unwrap_or(stem)
        }
        _ => stem,
    }
}

/// Derivational and verbal endings, by their last letter.
fn endings(last: Option<u8>) -> &'static [&'static str] {
    match last {
        Some(b'c') => &["ic"],
        Some(b'd') => &["ed"],
        Some(b'e') => &["able", "ance", "ence", "ible", "ive"],
        Some(b'g') => &["ing"],
        Some(b'i') => &["iti"],
        Some(b'l') => &["al", "ational", "ful", "ical"],
        Some(b'm') => &["ism"],
        Some(b'n') => &["ation", "ian", "ion", "ization"],
        Some(b'r') => &["er", "or"],
        Some(b's') => &["ness", "ous"],
        Some(b't') => &["ant", "ent", "ist", "ment"],
        Some(b'y') => &["ably", "edly", "ibly", "ically", "ingly", "ity", "ively", "ly", "ously"],
        _ => &[],
    }
}

/// Letters of the longest function word.
const LONGEST_STOP: usize = 8;

/// Sorted, for binary search.
const STOP: &[&str] = &[
    "a", "about", "across", "after", "again", "against", "all", "along", "also", "am", "among",
    "an", "and", "another", "any", "anything", "are", "around", "as", "at", "be", "because",
    "been", "before", "behind", "being", "beside", "besides", "between", "beyond", "both", "but",
    "by", "can", "could", "despite", "did", "do", "does", "down", "during", "each", "either",
    "else", "even", "ever", "every", "few", "for", "from", "had", "has", "have", "he", "her",
    "here", "hers", "him", "his", "how", "however", "i", "if", "in", "into", "is", "it", "its",
    "just", "less", "like", "many", "may", "me", "might", "more", "most", "much", "must", "my",
    "near", "neither", "no", "none", "nor", "not", "nothing", "of", "off", "often", "on", "once",
    "only", "onto", "or", "other", "our", "ours", "out", "over", "own", "per", "rather", "same",
    "several", "shall", "she", "should", "since", "so", "some", "still", "such", "than", "that",
    "the", "their", "theirs", "them", "then", "there", "these", "they", "this", "those", "though",
    "through", "thus", "to", "together", "too", "toward", "towards", "under", "unless", "until",
    "up", "upon", "us", "very", "via", "was", "we", "were", "what", "when", "where", "whether",
    "which", "while", "who", "whom", "whose", "why", "will", "with", "within", "without", "would",
    "yet", "you", "your", "yours",
];
