//! A place in a pattern.

/// A place in a pattern, moved one character at a time.
pub(super) struct Cursor<'p> {
    pattern: &'p str,
    at: usize,
}

impl<'p> Cursor<'p> {
    pub(super) fn new(pattern: &'p str) -> Self {
        Self { pattern, at: 0 }
    }

    /// The place, in bytes.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn go_back_to(&mut self, at: usize) {
        self.at = at;
    }

    pub(super) fn is_done(&self) -> bool {
        self.at >= self.pattern.len()
    }

    fn rest(&self) -> &'p str {
        self.pattern.get(self.at..).unwrap_or_default()
    }

    pub(super) fn present(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn next(&self) -> Option<char> {
        self.rest().chars().nth(1)
    }

    /// Where the present character ends.
    pub(super) fn end_of_present(&self) -> usize {
        self.at + self.present().map_or(0, char::len_utf8)
    }

    /// The text from an earlier place to here.
    pub(super) fn since(&self, start: usize) -> &'p str {
        self.pattern.get(start..self.at).unwrap_or_default()
    }

    /// Steps over the present character; false where none follows.
    pub(super) fn bump(&mut self) -> bool {
        self.at = self.end_of_present();
        !self.is_done()
    }

    /// Steps over a text that stands here.
    pub(super) fn bump_over(&mut self, text: &str) -> bool {
        let is_here = self.rest().starts_with(text);
        if is_here {
            self.at += text.len();
        }
        is_here
    }

    pub(super) fn skip_space_and_comments(&mut self) {
        while let Some(letter) = self.present() {
            if letter == '#' {
                let comment = self.rest();
                self.at += comment.find('\n').map_or(comment.len(), |end| end + 1);
            } else if letter.is_whitespace() {
                self.bump();
            } else {
                return;
            }
        }
    }

    /// The next character under the flag `x`, as the engine looks for it: past space and the `#` of
    /// a comment, but not past the comment's text.
    pub(super) fn next_past_space(&self) -> Option<char> {
        let mut rest = self.rest().chars();
        rest.next()?;
        let mut is_comment = false;
        let found = rest.clone().find(|letter| {
            let is_sign = *letter == '#' && !is_comment;
            is_comment |= is_sign;
            !is_sign && !letter.is_whitespace()
        });
        found.or_else(|| rest.next())
    }
}
