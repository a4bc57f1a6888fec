//! Generates realistic objects, as left by years of work in the dashboard, with traps for YAML.
//!
//! Every object passes the emulator's own checks. The same seed gives the same objects.

mod assistant;
mod organisation;
mod parts;
mod text;
mod tool;

use rand::Rng;
use rand::seq::IndexedRandom;
use serde_json::{Value, json};

pub use self::assistant::assistant;
pub use self::organisation::{Size, organisation};

/// The `index`-th phone number for `POST /phone-number`, unique by index. It is assigned to one of `assistants`
/// (ids), or nothing if there is none.
pub fn phone_number(rng: &mut impl Rng, index: usize, assistants: &[String]) -> Value {
    let number = format!("+1{}555{:04}", 200 + index / 10_000 % 800, index % 10_000);
    let mut object = match index % 5 {
        0 | 1 => json!({
            "provider": "twilio",
            "number": number,
            "twilioAccountSid": format!("AC{:032x}", index),
            "twilioAuthToken": format!("{:032x}", index.wrapping_mul(2_654_435_761)),
            "smsEnabled": index.is_multiple_of(2),
        }),
        2 => json!({"provider": "vonage", "number": number, "credentialId": super::store::uuid(rng)}),
        3 => json!({
            "provider": "byo-phone-number",
            "number": format!("{}", 1000 + index),
            "numberE164CheckEnabled": false,
            "credentialId": super::store::uuid(rng),
        }),
        _ => json!({
            "provider": "vapi",
            "sipUri": format!("sip:line-{index}@sip.vapi.ai"),
            "authentication": {"username": format!("line-{index:020}"), "password": format!("0x{index:020}")},
        }),
    };
    object["name"] = format!("{} {index}", text::name(rng)).into();
    if let Some(assistant) = assistants.choose(rng) {
        object["assistantId"] = assistant.as_str().into();
    }
    if index.is_multiple_of(3) {
        object["fallbackDestination"] = parts::number_destination(rng, index);
    }
    if index.is_multiple_of(7) {
        object["hooks"] = json!([{"on": "call.ringing", "do": [{"type": "say", "exact": text::line(rng)}]}]);
    }
    object
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;
    use crate::emulator::check::{Change, check};
    use crate::emulator::store::Collection;

    fn complaints(collection: Collection, object: &Value) -> Result<(), Vec<String>> {
        check(collection, Change::Create, object.as_object().unwrap_or(&serde_json::Map::new()), &[])
    }

    #[test]
    fn what_is_generated_is_accepted() {
        let mut rng = StdRng::seed_from_u64(1);
        let others = [super::super::store::uuid(&mut rng)];
        for index in 0..500 {
            let object = assistant(&mut rng, index, &others);
            assert_eq!(complaints(Collection::Assistant, &object), Ok(()), "{object:#}");
            let object = phone_number(&mut rng, index, &others);
            assert_eq!(complaints(Collection::PhoneNumber, &object), Ok(()), "{object:#}");
        }
    }

    #[test]
    fn an_organisation_is_accepted_and_has_every_type_of_tool() {
        let size = Size { tools: 200, assistants: 100, squads: 30, outputs: 40, numbers: 25 };
        let all = organisation(&mut StdRng::seed_from_u64(3), size);
        assert_eq!(all.len(), 395);
        let mut types = std::collections::BTreeSet::new();
        for (collection, mut object) in all {
            let fields = object.as_object_mut().unwrap();
            let served = ["id", "status"].map(|field| fields.shift_remove(field));
            assert!(served[0].is_some());
            if collection == Collection::Tool {
                types.insert(object["type"].to_string());
            }
            assert_eq!(complaints(collection, &object), Ok(()), "{object:#}");
        }
        assert_eq!(types.len(), 23, "{types:?}");
    }

    #[test]
    fn an_organisation_has_circles_through_tools_and_squads() {
        let size = Size { tools: 92, assistants: 40, squads: 12, outputs: 15, numbers: 10 };
        let all = organisation(&mut StdRng::seed_from_u64(3), size);
        let texts: Vec<(Collection, String, String)> = all
            .iter()
            .map(|(kind, object)| (*kind, object["id"].as_str().unwrap_or_default().to_owned(), object.to_string()))
            .collect();
        let leads = |from: &str, to: Collection| -> Vec<&str> {
            let text = texts.iter().find(|(_, id, _)| id == from).map_or("", |(.., text)| text);
            let of_kind = texts.iter().filter(|(kind, id, _)| *kind == to && text.contains(id.as_str()));
            of_kind.map(|(_, id, _)| id.as_str()).collect()
        };
        let comes_back = |start: &str, way: [Collection; 2]| {
            let over = leads(start, way[0]);
            over.iter().any(|id| leads(id, way[1]).iter().any(|id| leads(id, Collection::Assistant).contains(&start)))
        };
        let circles = |way: [Collection; 2]| {
            let of_kind = texts.iter().filter(|(kind, ..)| *kind == Collection::Assistant);
            of_kind.filter(|(_, id, _)| comes_back(id, way)).count()
        };
        assert!(circles([Collection::Tool, Collection::Squad]) > 0, "assistant, tool, squad, assistant");
        let direct = texts.iter().filter(|(kind, ..)| *kind == Collection::Assistant).filter(|(_, id, _)| {
            leads(id, Collection::Tool).iter().any(|tool| leads(tool, Collection::Assistant).contains(&id.as_str()))
        });
        assert!(direct.count() > 0, "assistant, tool, assistant");
    }

    #[test]
    fn prompts_are_as_long_as_people_write_them() {
        let mut rng = StdRng::seed_from_u64(2);
        let lengths: Vec<usize> = (0..200).map(|_| text::prompt(&mut rng).len()).collect();
        assert!(lengths.iter().all(|length| (2_000 - 10..41_000).contains(length)), "{lengths:?}");
        assert!(lengths.iter().any(|length| *length > 30_000));
    }

    #[test]
    fn the_same_seed_gives_the_same_objects() {
        let draw = |seed| assistant(&mut StdRng::seed_from_u64(seed), 3, &[]);
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }
}
