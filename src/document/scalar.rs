//! Resolves scalars by the YAML 1.2 core schema, and finds those that YAML 1.1 reads differently.

use serde_json::Number;

use crate::model::keeps_digits;

/// The meaning of a scalar.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Meaning {
    Null,
    Bool(bool),
    Number(Number),
    Text,
}

/// Why JSON cannot hold a scalar, for messages.
pub(super) type NotJson = &'static str;

/// The tag of a scalar, as far as it decides its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    None,
    Str,
    Null,
    Bool,
    Int,
    Float,
}

/// Resolves a scalar (YAML 1.2.2, section 10.3.2). `plain`: written without quotes.
pub(super) fn meaning(text: &str, plain: bool, tag: Tag) -> Result<Meaning, NotJson> {
    if tag == Tag::Str || (tag == Tag::None && !plain) {
        return Ok(Meaning::Text);
    }
    let meaning = untagged(text)?;
    match (tag, meaning) {
        (Tag::None | Tag::Str, meaning)
        | (Tag::Null, meaning @ Meaning::Null)
        | (Tag::Bool, meaning @ Meaning::Bool(_)) => Ok(meaning),
        (Tag::Int, Meaning::Number(number)) if !number.is_f64() => Ok(Meaning::Number(number)),
        (Tag::Float, Meaning::Number(number)) => match number.as_f64().and_then(Number::from_f64) {
            Some(number) => Ok(Meaning::Number(number)),
            None => Err("it is too large"),
        },
        _ => Err("it does not match its tag"),
    }
}

fn untagged(text: &str) -> Result<Meaning, NotJson> {
    Ok(match text {
        "" | "~" | "null" | "Null" | "NULL" => Meaning::Null,
        "true" | "True" | "TRUE" => Meaning::Bool(true),
        "false" | "False" | "FALSE" => Meaning::Bool(false),
        // The first byte rules out a number for most text.
        _ if !text.starts_with(['+', '-', '.', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']) => Meaning::Text,
        _ => match number(text) {
            Some(number) => Meaning::Number(number?),
            None => Meaning::Text,
        },
    })
}

/// Parses `text` as a number of the core schema: `None` if it is not one, an error if JSON cannot hold it.
fn number(text: &str) -> Option<Result<Number, NotJson>> {
    const TOO_LARGE: NotJson = "it has more than 64 bits";
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Some(Err("infinity and NaN do not exist in JSON"));
    }
    for (prefix, radix) in [("0o", 8), ("0x", 16)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            let valid = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
            return valid.then(|| u64::from_str_radix(digits, radix).map(Number::from).map_err(|_| TOO_LARGE));
        }
    }
    if !unsigned.is_empty() && unsigned.bytes().all(|b| b.is_ascii_digit()) {
        let whole = match text.parse::<i64>() {
            Ok(whole) => Ok(Number::from(whole)),
            Err(_) => text.parse::<u64>().map(Number::from).map_err(|_| TOO_LARGE),
        };
        return Some(whole);
    }
    is_float(unsigned).then(|| {
        let number = text.parse::<f64>().ok().and_then(Number::from_f64).ok_or("it is too large")?;
        if keeps_digits(unsigned) { Ok(number) } else { Err("a number cannot hold so many digits") }
    })
}

/// `( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
fn is_float(unsigned: &str) -> bool {
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    digits(whole)
        && digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|exponent| {
            let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            !exponent.is_empty() && digits(exponent)
        })
}

/// What YAML 1.1 reads the plain scalar `text` as, if YAML 1.2 reads it differently.
/// Source: yaml.org/type (bool, int, float, timestamp, merge, value) and the resolvers of PyYAML and Psych.
pub(super) fn yaml_1_1(text: &str) -> Option<&'static str> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => return Some("true"),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => return Some("false"),
        "=" => return Some("a default value"),
        _ => {}
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let all = |rest: &str, set: fn(u8) -> bool| !rest.is_empty() && rest.bytes().all(set);
    if let Some(rest) = unsigned.strip_prefix("0b") {
        return all(rest, |b| matches!(b, b'0' | b'1' | b'_')).then_some("a binary number");
    }
    if let Some(rest) = unsigned.strip_prefix("0x") {
        let hex = all(rest, |b| b.is_ascii_hexdigit() || b == b'_');
        return (hex && (rest.contains('_') || text != unsigned)).then_some("a hexadecimal number");
    }
    if let Some(rest) = unsigned.strip_prefix("0o") {
        return (text == unsigned && all(rest, |b| (b'0'..=b'7').contains(&b))).then_some("text");
    }
    if unsigned.len() > 1 && unsigned.starts_with('0') && all(unsigned, |b| b.is_ascii_digit() || b == b'_') {
        let octal = all(unsigned, |b| (b'0'..=b'7').contains(&b) || b == b'_');
        return Some(if octal { "an octal number" } else { "text" });
    }
    if unsigned.contains('_') && all(unsigned, |b| b.is_ascii_digit() || matches!(b, b'_' | b'.')) {
        return Some("a number");
    }
    if unsigned.contains(':') && sexagesimal(unsigned) {
        return Some("a base-60 number");
    }
    if is_date(text) {
        return Some("a date");
    }
    let scientific = unsigned.contains(['e', 'E']) && is_float(unsigned);
    (scientific && !(unsigned.contains('.') && unsigned.contains(['+', '-']))).then_some("text")
}

/// `190:20:30`, `12:30:00.5`
fn sexagesimal(unsigned: &str) -> bool {
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let mut parts = whole.split(':');
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    parts.next().is_some_and(|first| !first.is_empty() && digits(first))
        && parts.all(|part| matches!(part.len(), 1 | 2) && digits(part) && part.parse::<u8>().is_ok_and(|n| n < 60))
        && digits(fraction)
}

/// `2026-01-01`, alone or with a time.
fn is_date(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let (Some(year), Some(month), Some(rest)) = (parts.next(), parts.next(), parts.next()) else { return false };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    year.len() == 4
        && year.bytes().chain(month.bytes()).all(|b| b.is_ascii_digit())
        && matches!(month.len(), 1 | 2)
        && matches!(digits, 1 | 2)
        && (rest.len() == digits || rest[digits..].starts_with(['T', 't', ' ', '\t']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Result<Meaning, NotJson> {
        meaning(text, true, Tag::None)
    }

    #[test]
    fn the_core_schema_decides() {
        let number = |text: &str| Ok(Meaning::Number(serde_json::from_str(text).unwrap()));
        for (text, expected) in [
            ("", Ok(Meaning::Null)),
            ("~", Ok(Meaning::Null)),
            ("True", Ok(Meaning::Bool(true))),
            ("off", Ok(Meaning::Text)),
            ("yes", Ok(Meaning::Text)),
            ("0123", number("123")),
            ("0o17", number("15")),
            ("0x1F", number("31")),
            ("-0x1F", Ok(Meaning::Text)),
            ("0b1", Ok(Meaning::Text)),
            ("1_000", Ok(Meaning::Text)),
            ("+14155550100", number("14155550100")),
            ("1e3", number("1e3")),
            (".5", number("0.5")),
            ("5.", number("5.0")),
            (".", Ok(Meaning::Text)),
            ("-", Ok(Meaning::Text)),
            ("e5", Ok(Meaning::Text)),
            ("1e", Ok(Meaning::Text)),
            ("12:30", Ok(Meaning::Text)),
            ("18446744073709551615", number("18446744073709551615")),
            ("18446744073709551616", Err("it has more than 64 bits")),
            ("-.inf", Err("infinity and NaN do not exist in JSON")),
            ("1e999", Err("it is too large")),
            ("0.30000000000000004", number("0.30000000000000004")),
            ("100000000000000000000.0", number("1e20")),
            ("9007199254740993.5", Err("a number cannot hold so many digits")),
            ("0.30000000000000004001", Err("a number cannot hold so many digits")),
        ] {
            assert_eq!(plain(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_tag_decides_before_the_text() {
        assert_eq!(meaning("12", true, Tag::Str), Ok(Meaning::Text));
        assert_eq!(meaning("12", false, Tag::Int), Ok(Meaning::Number(12.into())));
        assert_eq!(meaning("1", true, Tag::Float), Ok(Meaning::Number(Number::from_f64(1.0).unwrap())));
        assert_eq!(meaning("x", true, Tag::Int), Err("it does not match its tag"));
    }

    #[test]
    fn what_yaml_1_1_reads_otherwise() {
        for text in [
            "off",
            "yes",
            "on",
            "y",
            "N",
            "0123",
            "0o17",
            "1_000",
            "12:30:00",
            "12:30",
            "0b1",
            "2026-01-01",
            "1e3",
            "=",
        ] {
            assert!(yaml_1_1(text).is_some(), "{text:?}");
        }
        for text in ["", "12", "1.5", "1.5e+3", "0", "text", "offer", "0x1F", "-1", "2026-01", "12:3x", "true", "a_b"] {
            assert_eq!(yaml_1_1(text), None, "{text:?}");
        }
    }
}
