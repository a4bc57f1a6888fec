//! Converts names of any script to ASCII, for shells and file systems.

use deunicode::deunicode_char;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::escape::is_hostile;

/// Transliterates a text to ASCII (`línea` → `linea`). Other characters become spaces; invisible ones, and letters without a
/// transliteration, are left out.
pub fn ascii(text: &str) -> String {
    let mut ascii = String::with_capacity(text.len());
    for c in text.nfc() {
        match deunicode_char(c).unwrap_or_default() {
            _ if c.is_ascii() => ascii.push(c),
            _ if is_hostile('\0', c) => {}
            sound if c.is_alphanumeric() || is_combining_mark(c) => ascii.push_str(sound),
            _ => ascii.push(' '),
        }
    }
    ascii
}

/// A text as an identifier: `Front Desk (EN)` → `front_desk_en`. Empty if it has no letters or digits.
pub fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in ascii(name).chars() {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('_') {
            slug.push('_');
        }
    }
    slug.trim_end_matches('_').to_owned()
}

#[cfg(test)]
mod tests {
    use super::ascii;

    #[test]
    fn letters_sound_alike() {
        for (text, expected) in [
            ("línea", "linea"),
            ("li\u{301}nea", "linea"),
            ("Größe", "Grosse"),
            ("東京 Empfang", "Dong Jing  Empfang"),
            ("Приёмная", "Priiomnaia"),
            ("स्वागत", "svaagt"),
            ("Dr. Ångström – Çelik №5", "Dr. Angstrom   Celik  5"),
            ("a\u{3164}b\u{200b}\u{ad}\u{2060}\u{fe0f}c", "abc"),
            ("🦀 crab", "  crab"),
        ] {
            assert_eq!(ascii(text), expected, "{text}");
        }
    }
}
