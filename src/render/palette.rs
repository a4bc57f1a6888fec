//! Colours. Without colour all styles are empty, and the output is plain text.

use anstyle::{AnsiColor, Style};

/// The styles of a terminal.
#[derive(Debug, Clone, Copy, Default)]
pub struct Palette {
    /// Something that is added.
    pub add: Style,
    /// Something that is removed.
    pub remove: Style,
    /// Something that changes.
    pub change: Style,
    /// Something that is held back, and warnings.
    pub hold: Style,
    /// A new word in a changed line.
    pub add_word: Style,
    /// A removed word in a changed line.
    pub remove_word: Style,
    /// Less important text.
    pub quiet: Style,
    /// More important text.
    pub strong: Style,
    /// Errors.
    pub error: Style,
}

impl Palette {
    /// No colours, no marks.
    pub fn plain() -> Self {
        Self::default()
    }

    /// The sixteen colours of the terminal.
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
