//! Text patterns, each as a regular expression for editors and as a function for the checks.

/// A pattern that a text must match.
#[derive(Debug)]
pub struct Pattern {
    /// The regular expression in Vapi's document.
    regex: &'static str,
    /// The same for editors, without `\p{…}`, which some validators do not support.
    pub plain: &'static str,
    /// Whether a text matches.
    pub holds: fn(&str) -> bool,
    /// Its meaning, to follow "must be".
    pub means: &'static str,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.regex == other.regex
    }
}

/// All patterns in Vapi's document.
static PATTERNS: [&Pattern; 5] = [&NAME_64, &NAME_40, &IDENTIFIER, &CAPITALS, &KEYWORD];

/// The name of a tool.
pub(crate) static NAME_64: Pattern = Pattern {
    regex: "^[a-zA-Z0-9_-]{1,64}$",
    plain: "^[a-zA-Z0-9_-]{1,64}$",
    holds: |text| is_identifier(text, 64),
    means: "1 to 64 letters (a to z), digits, `_` or `-`",
};

/// The name of an apiRequest tool.
pub(crate) static NAME_40: Pattern = Pattern {
    regex: "^[a-zA-Z0-9_-]{1,40}$",
    plain: "^[a-zA-Z0-9_-]{1,40}$",
    holds: |text| is_identifier(text, 40),
    means: "1 to 40 letters (a to z), digits, `_` or `-`",
};

/// The name of a variable.
pub(crate) static IDENTIFIER: Pattern = Pattern {
    regex: "^[a-zA-Z][a-zA-Z0-9_]*$",
    plain: "^[a-zA-Z][a-zA-Z0-9_]*$",
    holds: |text| {
        text.starts_with(|c: char| c.is_ascii_alphabetic())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    },
    means: "a letter, then letters, digits or `_`",
};

/// The name of an environment variable.
pub(crate) static CAPITALS: Pattern = Pattern {
    regex: "^[A-Z][A-Z0-9_]*$",
    plain: "^[A-Z][A-Z0-9_]*$",
    holds: |text| {
        text.starts_with(|c: char| c.is_ascii_uppercase())
            && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
    },
    means: "a capital letter, then capital letters, digits or `_`",
};

/// A keyword of a transcriber. Used only with `--spec`.
pub(crate) static KEYWORD: Pattern = Pattern {
    regex: r"^\p{L}[\p{L}\d]*(?::[+-]?\d+)?$",
    plain: "^[^\\s:0-9][^\\s:]*(:[+-]?[0-9]+)?$",
    holds: is_keyword,
    means: "one word of letters and digits, optionally with a boost: `Northwind:2`",
};

/// Accepts vowel signs of some scripts as letters; Vapi may not, but that is not certain.
fn is_keyword(text: &str) -> bool {
    let (word, boost) = text.split_once(':').map_or((text, None), |(word, boost)| (word, Some(boost)));
    let digits = |boost: &str| {
        let digits = boost.strip_prefix(['+', '-']).unwrap_or(boost);
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    word.starts_with(char::is_alphabetic)
        && word.chars().all(|c| c.is_alphabetic() || c.is_ascii_digit())
        && boost.is_none_or(digits)
}

fn is_identifier(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

/// The pattern of a regular expression. `None` if it is unknown, so that any text passes.
pub(crate) fn pattern(regex: &str) -> Option<&'static Pattern> {
    PATTERNS.into_iter().find(|pattern| pattern.regex == regex)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_functions_agree_with_the_expressions() {
        let texts =
            ["", "a", "A", "_", "-", "1", "A1_", "a-b", "a_b1", "é", "a b", "A\n", "é1:2", "a:-3", "a:", "a:x", ":1"];
        let long = ["x".repeat(40), "x".repeat(41), "x".repeat(64), "x".repeat(65), "X".repeat(65)];
        for pattern in PATTERNS {
            let schema = serde_json::json!({"pattern": pattern.regex});
            let validator = jsonschema::validator_for(&schema).unwrap();
            for text in texts.into_iter().chain(long.iter().map(String::as_str)) {
                let expected = validator.is_valid(&text.into());
                assert_eq!((pattern.holds)(text), expected, "{} {text:?}", pattern.regex);
            }
        }
    }
}
