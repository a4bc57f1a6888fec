//! Durations as text: `50ms`, `2s`, `1.5s`, `1m`.

use std::time::Duration;

/// Parses a duration: `50ms`, `1.5s`.
///
/// # Errors
/// A message with the expected format.
pub fn parse(text: &str) -> Result<Duration, String> {
    let problem = || "write a time as `50ms`, `2s` or `1m`".to_owned();
    let unit = text.find(|c: char| c.is_ascii_alphabetic()).ok_or_else(problem)?;
    let (number, unit) = text.split_at(unit);
    let seconds = match unit {
        "us" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        "m" => 60.0,
        _ => return Err(problem()),
    };
    let number: f64 = number.parse().map_err(|_| problem())?;
    Duration::try_from_secs_f64(number * seconds).map_err(|_| problem())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_a_number_and_a_unit() {
        assert_eq!(parse("50ms"), Ok(Duration::from_millis(50)));
        assert_eq!(parse("1.5s"), Ok(Duration::from_millis(1500)));
        assert_eq!(parse("2m"), Ok(Duration::from_secs(120)));
        for text in ["", "5", "s", "-1s", "5h", "1e400s", "5 ms!"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
