//! What an update sends as Vapi has it.

use crate::kinds::{ListRule, Spot};
use crate::model::Value;

/// Puts what is sent as Vapi has it into a value that is about to be sent, as a newer read shows it.
pub fn redraw(spot: Spot, value: &mut Value, live: &Value) {
    match (value, live) {
        (value, live) if spot.is_as_vapi_has_it() => *value = live.clone(),
        (Value::Map(map), Value::Map(live)) => {
            let spot = spot.of(map);
            for (key, value) in map {
                live.get(key).into_iter().for_each(|live| redraw(spot.key(key), value, live));
            }
        }
        (Value::List(items), Value::List(live)) => {
            for (at, item) in items.iter_mut().enumerate() {
                let partner = match spot.list() {
                    ListRule::Keyed(key) | ListRule::Ordered(key) => item
                        .as_map()
                        .and_then(key)
                        .and_then(|wanted| live.iter().find(|of| of.as_map().and_then(key).as_ref() == Some(&wanted))),
                    ListRule::Whole | ListRule::Set => live.get(at),
                };
                partner.into_iter().for_each(|live| redraw(spot.item(), item, live));
            }
        }
        _ => {}
    }
}
