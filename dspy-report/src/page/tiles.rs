//! The figures at the top.

use maud::{Markup, html};

/// A figure with its name and what qualifies it.
pub(super) struct Tile {
    pub(super) name: &'static str,
    pub(super) value: String,
    pub(super) notes: Vec<String>,
    pub(super) drawing: Option<Markup>,
}

impl Tile {
    pub(super) fn new(name: &'static str, value: impl Into<String>) -> Self {
        Self { name, value: value.into(), notes: Vec::new(), drawing: None }
    }

    pub(super) fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    pub(super) fn note_if(self, condition: bool, note: impl Into<String>) -> Self {
        if condition { self.note(note) } else { self }
    }

    pub(super) fn drawing(mut self, drawing: Markup) -> Self {
        self.drawing = Some(drawing);
        self
    }
}

/// The tiles; the first is what matters most.
pub(super) fn tiles(tiles: &[Tile]) -> Markup {
    html! {
        dl .tiles {
            @for (place, tile) in tiles.iter().enumerate() {
                div .tile.main[place == 0] {
                    dt { (tile.name) }
                    dd .value { (tile.value) }
                    @if let Some(drawing) = &tile.drawing { dd .drawing { (drawing) } }
                    @for note in &tile.notes { dd .note { (note) } }
                }
            }
        }
    }
}
