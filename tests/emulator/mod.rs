//! The emulator over HTTP, with an independent client.
#![allow(clippy::disallowed_methods, reason = "the emulator is tested with every verb that Vapi has")]

mod api;
mod client;
mod document;
mod faults;
mod kinds;
mod lists;

#[test]
fn it_shares_nothing_with_the_rest_of_the_crate() {
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/emulator")];
    let mut read = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
                continue;
            }
            let text = std::fs::read_to_string(&entry).unwrap();
            let foreign = text.split("crate::").skip(1).find(|rest| !rest.starts_with("emulator"));
            assert_eq!(foreign, None, "{}", entry.display());
            read += 1;
        }
    }
    assert!(read > 10, "{read}");
}
