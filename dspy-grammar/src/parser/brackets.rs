//! Which bracket closes which.

use crate::lexer::{Bracket, Lexeme, Token};

use super::Parser;

/// For each lexeme that opens or closes a bracket, its partner. No bracket reaches over `->`.
pub(super) fn matched(lexemes: &[Lexeme<'_>]) -> Vec<Option<usize>> {
    let mut partners = vec![None; lexemes.len()];
    let mut open: Vec<(Bracket, usize)> = Vec::new();
    // How many of each kind are open, so that a bracket without a partner costs no search.
    let mut counts = [0_usize; 3];
    let slot = |bracket: Bracket| match bracket {
        Bracket::Angle => 0,
        Bracket::Square => 1,
        Bracket::Round => 2,
    };
    for (index, lexeme) in lexemes.iter().enumerate() {
        match lexeme.token {
            Token::Open(bracket) => {
                open.push((bracket, index));
                if let Some(count) = counts.get_mut(slot(bracket)) {
                    *count += 1;
                }
            }
            Token::Close(bracket) if counts.get(slot(bracket)).is_some_and(|count| *count > 0) => {
                while let Some((found, start)) = open.pop() {
                    if let Some(count) = counts.get_mut(slot(found)) {
                        *count -= 1;
                    }
                    if found == bracket {
                        for (place, partner) in [(start, index), (index, start)] {
                            if let Some(slot) = partners.get_mut(place) {
                                *slot = Some(partner);
                            }
                        }
                        break;
                    }
                }
            }
            Token::Arrow(_) => {
                open.clear();
                counts = [0; 3];
            }
            _ => {}
        }
    }
    partners
}

impl Parser<'_> {
    /// Whether the bracket has a partner.
    pub(super) fn is_matched(&self, index: usize) -> bool {
        self.closed_by.get(index).is_some_and(Option::is_some)
    }

    /// Skips to the end of the field that begins at a lexeme: its comma, `->`, or the end.
    pub(super) fn skip_field(&mut self, start: usize) {
        let mut at = start;
        while let Some(lexeme) = self.lexemes.get(at) {
            match lexeme.token {
                Token::Arrow(_) => break,
                // A comma that was read over already lies inside of the field.
                Token::Comma if at >= self.at => break,
                Token::Open(_) => match self.closed_by.get(at).copied().flatten() {
                    Some(close) => at = close,
                    // What it was meant to hold ends nowhere: all up to `->` may be inside.
                    None if at <= self.at => {
                        at = self.arrow_after(at);
                        break;
                    }
                    None => {}
                },
                _ => {}
            }
            at += 1;
        }
        self.at = at.max(self.at).min(self.lexemes.len());
    }

    fn arrow_after(&self, at: usize) -> usize {
        let is_arrow = |lexeme: &crate::lexer::Lexeme<'_>| matches!(lexeme.token, Token::Arrow(_));
        let found = self.lexemes.iter().skip(at).position(is_arrow);
        found.map_or(self.lexemes.len(), |distance| at + distance)
    }
}
