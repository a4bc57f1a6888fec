//! A server between the binary and the emulator, which changes answers.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

use serde_json::Value;

use crate::support::World;

type Headers = Vec<(String, String)>;

/// A request as it was made.
pub struct Asked {
    pub method: String,
    pub path: String,
}

/// The answer to it, to be changed.
pub struct Answer {
    pub status: u16,
    pub headers: Headers,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    pub fn set(&mut self, body: &Value) {
        self.body = body.to_string().into_bytes();
    }

    /// Changes each object in it: of a list, or the only one.
    pub fn each(&mut self, mut change: impl FnMut(&mut Value)) {
        let mut json = self.json();
        match &mut json {
            Value::Array(items) => items.iter_mut().for_each(change),
            Value::Object(page) => match page.get_mut("results") {
                Some(Value::Array(items)) => items.iter_mut().for_each(change),
                _ => change(&mut json),
            },
            _ => return,
        }
        self.set(&json);
    }
}

/// Puts a server in front of the emulator of a world that lets `change` see each answer.
pub fn between(world: &mut World, change: impl Fn(&Asked, &mut Answer) + Send + Sync + 'static) {
    let emulator = world.vapi.base_url().trim_start_matches("http://").to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let change = Arc::new(change);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (emulator, change) = (emulator.clone(), Arc::clone(&change));
            std::thread::spawn(move || drop(pass_on(stream, &emulator, &*change)));
        }
    });
    world.env.push(("VAPI_BASE_URL".to_owned(), format!("http://{address}")));
}

/// The first line, the headers and the body of a message.
fn message(stream: TcpStream) -> std::io::Result<(String, Headers, Vec<u8>)> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? <= 2 {
            break;
        }
        if let Some((name, value)) = line.trim_end().split_once(": ") {
            headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let mut body = vec![0; length.map_or(0, |(_, length)| length.parse().unwrap_or(0))];
    reader.read_exact(&mut body)?;
    Ok((first.trim_end().to_owned(), headers, body))
}

fn pass_on(
    mut client: TcpStream,
    emulator: &str,
    change: &(dyn Fn(&Asked, &mut Answer) + Send + Sync),
) -> std::io::Result<()> {
    let (first, headers, body) = message(client.try_clone()?)?;
    let mut words = first.split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut server = TcpStream::connect(emulator)?;
    let kept = headers.iter().filter(|(name, _)| !matches!(name.as_str(), "accept-encoding" | "connection" | "host"));
    let kept: String = kept.map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    write!(server, "{first}\r\nhost: {emulator}\r\nconnection: close\r\n{kept}\r\n")?;
    server.write_all(&body)?;
    let (status, _, answer) = message(server)?;
    let asked = Asked { method: method.to_owned(), path: path.split('?').next().unwrap_or_default().to_owned() };
    let status = status.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(500);
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    let mut answer = Answer { status, headers, body: answer };
    change(&asked, &mut answer);
    let headers: String = answer.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    write!(
        client,
        "HTTP/1.1 {} X\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n",
        answer.status,
        answer.body.len()
    )?;
    client.write_all(&answer.body)
}
