//! What one read of an object shows and another does not: a list may leave out fields, and so may the read of one object.

use super::normalize::same;
use crate::model::Value;

/// Whether two reads tell nothing different of what both show.
fn agree(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Map(one), Value::Map(other)) => {
            one.iter().all(|(key, one)| other.get(key).is_none_or(|other| agree(one, other)))
        }
        (Value::List(one), Value::List(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| agree(one, other))
        }
        (one, other) => same(one, other),
    }
}

/// Puts into a value what another read of the object shows and the `read` that it was made of does not: sent back without it,
/// it would be lost. Says whether there was anything.
pub fn fill_in(value: &mut Value, read: &Value, shown: &Value) -> bool {
    let mut any = false;
    match (value, read, shown) {
        (Value::Map(map), Value::Map(read), Value::Map(shown)) => {
            for (key, shown) in shown {
                match (map.get_mut(key), read.get(key)) {
                    (Some(value), Some(read)) => any |= fill_in(value, read, shown),
                    (None, None) if *shown != Value::Null => {
                        map.insert(key.clone(), shown.clone());
                        any = true;
                    }
                    (Some(_) | None, None) | (None, Some(_)) => {}
                }
            }
        }
        // In another order, nobody knows which element is which.
        (Value::List(items), Value::List(read), Value::List(shown))
            if items.len() == read.len()
                && read.len() == shown.len()
                && read.iter().zip(shown).all(|(read, shown)| agree(read, shown)) =>
        {
            for ((value, read), shown) in items.iter_mut().zip(read).zip(shown) {
                any |= fill_in(value, read, shown);
            }
        }
        _ => {}
    }
    any
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_the_first_read_lacks_is_put_in() {
        let table = [
            (json!({"a": 2}), json!({"a": 1}), json!({"a": 1, "b": 3}), json!({"a": 2, "b": 3})),
            // The file takes it out; there is nothing to add.
            (json!({}), json!({"b": 3}), json!({"b": 3}), json!({})),
            (json!({"m": {"x": 1}}), json!({"m": {}}), json!({"m": {"y": null}}), json!({"m": {"x": 1}})),
            (
                json!({"l": [{"k": 2}]}),
                json!({"l": [{"k": 1}]}),
                json!({"l": [{"k": 1, "y": 2}]}),
                json!({"l": [{"k": 2, "y": 2}]}),
            ),
            // Elements that cannot be told apart, or are fewer.
            (
                json!({"l": [{"k": 1}]}),
                json!({"l": [{"k": 1}]}),
                json!({"l": [{"k": 2, "y": 2}]}),
                json!({"l": [{"k": 1}]}),
            ),
            (json!({"l": []}), json!({"l": [{}]}), json!({"l": [{"y": 2}]}), json!({"l": []})),
        ];
        for (value, read, shown, expected) in table {
            let (mut filled, read, shown) = (Value::from(value.clone()), Value::from(read), Value::from(shown));
            assert_eq!(fill_in(&mut filled, &read, &shown), value != expected);
            assert_eq!(filled, Value::from(expected));
        }
    }
}
