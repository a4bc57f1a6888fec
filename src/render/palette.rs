//! What is coloured how. Without colour every style is empty, and what is left is plain text.

use anstyle::{AnsiColor, Style};

/// The styles of a terminal.
#[derive(Debug, Clone, Copy, Default)]
pub struct Palette {
    /// Something that is added.
    pub add: Style,
    /// Something that goes.
    pub remove: Style,
    /// Something that changes.
    pub change: Style,
    /// Something that waits for a person, and warnings.
    pub hold: Style,
    /// A word that is new in a changed line.
    pub add_word: Style,
    /// A word that goes from a changed line.
    pub remove_word: Style,
    /// Something that matters less.
    pub quiet: Style,
    /// Something that matters more.
    pub strong: Style,
    /// Errors.
    pub error: Style,
}

impl Palette {
    /// No colours, no marks.
    pub fn plain() -> Self {
        Self::default()
    }

    /// Colours of the terminal's own sixteen.
    pub fn colour() -> Self {
        let of = |colour: AnsiColor| Style::new().fg_color(Some(colour.into()));
        Self {
            add: of(AnsiColor::Green),
            remove: of(AnsiColor::Red),
            change: of(AnsiColor::Cyan),
            hold: of(AnsiColor::Yellow),
            add_word: of(AnsiColor::Green).bold().underline(),
            remove_word: of(AnsiColor::Red).bold().underline(),
            quiet: Style::new().dimmed(),
            strong: Style::new().bold(),
            error: of(AnsiColor::Red).bold(),
        }
    }
}

/// A text in a style.
pub fn paint(style: Style, text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("{style}{text}{style:#}") }
}
