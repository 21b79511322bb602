//! Looking far ahead in a text that is read from many places.

use std::cell::RefCell;

/// Where the next marks of a text stand, so that each part of it is searched for them once only.
#[derive(Debug, Default)]
pub(crate) struct Ahead {
    found: RefCell<Vec<Search>>,
}

#[derive(Debug)]
struct Search {
    mark: &'static str,
    from: usize,
    /// Where the first mark from there on stands.
    found: Option<usize>,
}

impl Ahead {
    /// How far behind `from` the next mark stands.
    pub(super) fn find(&self, text: &str, from: usize, mark: &'static str) -> Option<usize> {
        let mut searches = self.found.borrow_mut();
        let known = searches.iter_mut().find(|search| search.mark == mark);
        if let Some(search) = &known
            && search.from <= from
            && search.found.is_none_or(|found| from <= found)
        {
            return search.found.map(|found| found - from);
        }
        let found = text.get(from..)?.find(mark).map(|length| from + length);
        match known {
            Some(search) => (search.from, search.found) = (from, found),
            None => searches.push(Search { mark, from, found }),
        }
        found.map(|found| found - from)
    }
}
