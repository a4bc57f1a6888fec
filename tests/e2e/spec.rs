//! `--spec`: a file of one's own held against Vapi's published document. The document is read from beside the project.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;

use crate::support::{World, vapi_document, vapi_document_path};

/// Serves a text with an ETag, and counts who got it and who was told that it has not changed.
fn serve(text: String) -> (String, std::sync::mpsc::Receiver<u16>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut request = Vec::new();
            let mut buffer = [0; 1024];
            while !request.windows(4).any(|end| end == b"\r\n\r\n") {
                match stream.read(&mut buffer) {
                    Ok(0) | Err(_) => break,
                    Ok(read) => request.extend_from_slice(&buffer[..read]),
                }
            }
            let request = String::from_utf8_lossy(&request).to_lowercase();
            assert!(!request.contains("authorization"), "the key has no business here: {request}");
            let (status, body) =
                if request.contains("if-none-match: \"v1\"") { (304, "") } else { (200, text.as_str()) };
            let head = format!(
                "HTTP/1.1 {status} X\r\nETag: \"v1\"\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
            if tell.send(status).is_err() {
                return;
            }
        }
    });
    (url, told)
}

#[test]
fn a_document_is_fetched_once_and_then_only_if_it_changed() {
    let Some(text) = vapi_document() else { return };
    let (url, told) = serve(text);
    let mut world = World::new(
        "version: 1\nagents:\n  a:\n    config:\n      name: A\n      firstMessageMode: assistant-sings-first\n",
    );
    world.env.push(("VAPI_BASE_URL".to_owned(), url));
    let first = world.run(&["validate", "--spec", "live"]).expect(1);
    assert!(first.stderr.contains("vapi-state.yaml:6:25"), "{}", first.stderr);
    assert_eq!(told.recv(), Ok(200));
    let second = world.run(&["validate", "--spec", "live"]).expect(1);
    assert_eq!(told.recv(), Ok(304));
    assert_eq!(first.stderr, second.stderr);
    // One that came with a checkout is nobody's cache, whatever it says.
    let cache = std::fs::read_to_string(world.path(".vapi-sync/spec.json")).expect("kept");
    world.write(".vapi-sync/spec.json", &cache.replace("assistant-speaks-first", "assistant-sings-first"));
    world.git(&["add", "-f", ".vapi-sync/spec.json"]);
    let third = world.run(&["validate", "--spec", "live"]).expect(1);
    assert_eq!(told.recv(), Ok(200));
    assert_eq!(first.stderr, third.stderr);
}

#[test]
fn a_file_is_held_against_a_document_and_told_in_every_format() {
    let mut world = World::new(
        "version: 1\nagents:\n  a:\n    config:\n      name: A\n      firstMessages: Hi\n      maxDurationSeconds: 5\n",
    );
    // A pull request from a fork has no key.
    world.env.push(("VAPI_API_KEY".to_owned(), String::new()));
    let text = world.run(&["validate"]).expect(1).stderr;
    for part in [
        "warning[unknown-field]",
        "--> vapi-state.yaml:6:7",
        "did you mean `firstMessage`?",
        "--> vapi-state.yaml:7:27",
        "^",
    ] {
        assert!(text.contains(part), "{text}");
    }
    assert!(world.run(&["validate", "--strict"]).expect(1).stderr.contains("error[unknown-field]"));
    let json = world.run(&["validate", "--format", "json"]).expect(1).json();
    assert_eq!((&json["errors"][0]["line"], &json["errors"][0]["column"]), (&7.into(), &27.into()), "{json}");
    let github = world.run(&["validate", "--format", "github"]).expect(1).stdout;
    assert!(github.contains("::error file=vapi-state.yaml,line=7,col=27"), "{github}");
    assert!(github.contains("::warning file=vapi-state.yaml,line=6,col=7"), "{github}");
    let sarif = world.run(&["validate", "--format", "sarif"]).expect(1).json();
    assert_eq!(sarif["runs"][0]["results"].as_array().map(Vec::len), Some(2), "{sarif}");
    if vapi_document().is_some() {
        let path = vapi_document_path();
        world.edit("firstMessages: Hi", "backgroundSpeechDenoisingPlan: {smartDenoisingPlan: {enabled: 1}}");
        let spec = world.run(&["validate", "--spec", &path.to_string_lossy()]).expect(1).stderr;
        assert!(spec.contains("vapi-state.yaml:6:"), "{spec}");
    }
    let committed = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("schema/vapi-state.schema.json");
    assert_eq!(world.run(&["schema"]).expect(0).stdout, std::fs::read_to_string(committed).expect("a schema"));
}

#[test]
fn the_editor_schema_holds_vapis_own_schemas() {
    if vapi_document().is_none() {
        return;
    }
    let world = World::new("version: 1\n");
    let path = vapi_document_path().to_string_lossy().into_owned();
    let run = world.run(&["schema", "--spec", &path]).expect(0);
    assert!(run.stdout.contains("firstMessageMode") && run.json()["properties"]["agents"].is_object());
    world.run(&["schema", "--spec", "no-such-file.json"]).expect(1);
}
