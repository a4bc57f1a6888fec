//! The choke point: all output of the program goes through an [`Output`], which removes secrets, drops colours if they are
//! not wanted, and tolerates a closed pipe.

use std::borrow::Cow;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anstream::adapter::strip_str;
use anstream::stream::RawStream;
use anstream::{AutoStream, ColorChoice};
use serde::Serialize;
use serde_json::Value as Json;

use super::columns::wrapped;
use super::progress::Progress;
use super::{Palette, diagnostics, json};
use crate::model::Redactor;
use crate::model::diagnostic::{Diagnostic, Severity};
use crate::model::escape::inert;

/// `--color`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Color {
    /// On a terminal that has colours, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The options of the command line for output.
#[derive(Debug, Clone, Copy, Default)]
pub struct Settings {
    /// `--color`.
    pub color: Color,
    /// `-q`: only results and errors.
    pub quiet: bool,
    /// How often `-v` was given.
    pub verbosity: u8,
    /// Show only the first of many findings of one kind, unless `-v`.
    pub folds: bool,
    /// The result is a document for machines (`--format json`): no progress beside it on a terminal.
    pub machine: bool,
    /// The result consists of commands for the runner of a GitHub workflow (`--format github`).
    pub commands: bool,
}

type Sink = Box<dyn Write + Send>;

/// Writes results and messages. Shared by reference; one text at a time.
pub struct Output {
    stdout: Mutex<Option<Sink>>,
    stderr: Mutex<Option<Sink>>,
    settings: Settings,
    shows_progress: bool,
    progress: Arc<Mutex<Progress>>,
    /// The end of the wait that was last announced.
    told_until: Mutex<Option<Instant>>,
    redactor: Redactor,
}

impl Output {
    /// The program's own stdout and stderr.
    pub fn new(settings: Settings, redactor: Redactor) -> Self {
        let choice = match settings.color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        let mixed = settings.machine && io::stdout().is_terminal();
        Self {
            shows_progress: io::stderr().is_terminal() && !settings.quiet && !mixed,
            ..Self::to(stream(io::stdout(), choice), stream(io::stderr(), choice), settings, redactor)
        }
    }

    /// Other sinks than stdout and stderr. They get colours unchanged.
    pub fn to(stdout: Sink, stderr: Sink, settings: Settings, redactor: Redactor) -> Self {
        Self {
            stdout: Mutex::new(Some(stdout)),
            stderr: Mutex::new(Some(stderr)),
            settings,
            shows_progress: false,
            progress: Arc::new(Mutex::new(Progress::hidden())),
            told_until: Mutex::new(None),
            redactor,
        }
    }

    /// The redactor. Secrets that are found later are added to it.
    pub fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// The styles to render with. Colours that are not wanted are dropped later.
    pub fn palette(&self) -> Palette {
        match self.settings.color {
            Color::Never => Palette::plain(),
            Color::Auto | Color::Always => Palette::colour(),
        }
    }

    /// The width of a line: that of the terminal, else `COLUMNS`. `None`: lines are not wrapped.
    pub fn width(&self) -> Option<usize> {
        let said = || std::env::var("COLUMNS").ok()?.parse().ok();
        let terminal = console::Term::stdout()
            .size_checked()
            .or_else(|| console::Term::stderr().size_checked())
            .map(|(_, columns)| usize::from(columns));
        terminal.or_else(said).map(|columns| columns.max(40))
    }

    /// How often `-v` was given.
    pub fn verbosity(&self) -> u8 {
        self.settings.verbosity
    }

    /// Writes a result to stdout, with its own line ends.
    ///
    /// # Errors
    /// It could not be written, for example to a full disk. A closed pipe is not an error: the run goes on without output.
    pub fn result(&self, text: &str) -> Result<(), Diagnostic> {
        let text = self.safe(text, self.settings.commands);
        let written = self.progress().suspend(|| write(&self.stdout, &text));
        written.map_err(|error| Diagnostic::error("output", format!("the result could not be printed: {error}")))
    }

    /// Writes a document to stdout.
    ///
    /// # Errors
    /// As [`Output::result`].
    pub fn json(&self, document: &impl Serialize) -> Result<(), Diagnostic> {
        // Secrets are removed text by text, because removing them from the finished document could break it.
        let text = json::to_text(document, &self.redactor);
        let written = self.progress().suspend(|| write(&self.stdout, &text));
        written.map_err(|error| Diagnostic::error("output", format!("the result could not be printed: {error}")))
    }

    /// Writes a message to stderr, with its own line ends. Errors are ignored.
    pub fn message(&self, text: &str) {
        let _ = self.progress().suspend(|| write(&self.stderr, &self.safe(text, false)));
    }

    /// Writes commands for the runner of a GitHub workflow to stderr, a line each.
    pub fn commands(&self, text: &str) {
        let _ = self.progress().suspend(|| write(&self.stderr, &self.safe(text, true)));
    }

    /// Writes a message to stderr unless `-q`.
    pub fn note(&self, text: &str) {
        if !self.settings.quiet {
            self.message(text);
        }
    }

    /// Writes diagnostics to stderr; with `-q` errors only, notes only with `-v`.
    pub fn diagnostics(&self, list: &[Diagnostic]) {
        let is_shown = |diagnostic: &&Diagnostic| match diagnostic.severity {
            Severity::Error => true,
            Severity::Warning => !self.settings.quiet,
            Severity::Note => !self.settings.quiet && self.settings.verbosity > 0,
        };
        let shown: Vec<Diagnostic> = list.iter().filter(is_shown).cloned().collect();
        if !shown.is_empty() {
            let folds = self.settings.folds && self.settings.verbosity == 0;
            let text = if folds { diagnostics::folded } else { diagnostics::text };
            let text = text(&shown, self.palette(), &self.redactor);
            // Lines of the file are not wrapped.
            let broken =
                |line| if str::contains(line, '|') { line.to_owned() } else { wrapped(line, self.width(), "    ") };
            self.message(&text.lines().map(|line| broken(line) + "\n").collect::<String>());
        }
    }

    /// Shows that the run waits for Vapi's rate limit, or with `None` that it goes on. On a terminal, or with `-v`.
    pub fn waiting(&self, wait: Option<Duration>) {
        let text = wait.map(|wait| format!("waiting for Vapi's rate limit, {} s", wait.as_secs_f64().ceil()));
        if self.shows_progress {
            return self.progress().say(text);
        }
        let mut told = self.told_until.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        // Many requests wait at once, so print one line for all.
        if let (Some(text), Some(wait), true) = (text, wait, told.is_none_or(|until| until <= now)) {
            *told = Some(now + wait);
            self.step(&text);
        }
    }

    /// Prints what the run does, with `-v` and if there is no progress bar.
    fn step(&self, text: &str) {
        if self.settings.verbosity > 0 && !self.shows_progress {
            self.note(&format!("{text}\n"));
        }
    }

    /// Shows a progress bar on a terminal, in place of the last one. Elsewhere, with `-v`, prints what the run does.
    pub fn start(&self, total: u64, label: &str) -> Progress {
        self.step(label);
        let progress = if self.shows_progress {
            Progress::start(total, &crate::model::escape::line(&self.redactor.text(label)))
        } else {
            Progress::hidden()
        };
        self.progress().finish();
        *self.progress() = progress.clone();
        progress
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes secrets, and commands for the runner of a workflow unless the text consists of them. Colours may split
    /// either, so if one is found the colours are removed.
    fn safe(&self, text: &str, commands: bool) -> String {
        let plain = strip_str(text).to_string();
        let redacted = self.redactor.text(&plain);
        if redacted == plain {
            return match inert(&plain) {
                Cow::Owned(inert) if !commands => inert,
                _ => text.to_owned(),
            };
        }
        // Documents are redacted text by text, because a secret of digits must not be removed from a number.
        match serde_json::from_str::<Json>(&plain) {
            Ok(document @ (Json::Object(_) | Json::Array(_))) => json::to_text(&document, &self.redactor),
            _ if commands => redacted.into_owned(),
            _ => inert(&redacted).into_owned(),
        }
    }
}

/// A stream that removes colours if they are not wanted. The rest comes in small pieces, so it is buffered.
fn stream<S: RawStream + Send + 'static>(raw: S, choice: ColorChoice) -> Sink {
    let choice = if choice == ColorChoice::Auto { AutoStream::choice(&raw) } else { choice };
    let collected: Box<dyn Write + Send> = Box::new(BufWriter::new(raw));
    Box::new(AutoStream::new(collected, choice))
}

/// Writes to a sink until its reader closes it.
fn write(sink: &Mutex<Option<Sink>>, text: &str) -> io::Result<()> {
    let mut sink = sink.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(open) = sink.as_mut() else { return Ok(()) };
    match open.write_all(text.as_bytes()).and_then(|()| open.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {
            *sink = None;
            Ok(())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Shared {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    struct Fails(ErrorKind);

    impl Write for Fails {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn output(settings: Settings) -> (Output, Shared, Shared) {
        let (out, err) = (Shared::default(), Shared::default());
        let output = Output::to(Box::new(out.clone()), Box::new(err.clone()), settings, Redactor::new());
        (output, out, err)
    }

    #[test]
    fn no_secret_leaves_also_where_colours_tear_it_apart() {
        let (output, out, err) = output(Settings::default());
        output.redactor().add("hunter22");
        output.result("a \x1b[1mhun\x1b[0mter22 b\n").unwrap();
        output.message("key hunter22\n");
        output.json(&serde_json::json!({"hunter22": ["x hunter22"], "n": 1})).unwrap();
        assert!(!out.text().contains("ter22") && !err.text().contains("ter22"));
        assert!(out.text().starts_with("a (sensitive) b\n"));
        let document = out.text().split_once('\n').map(|(_, rest)| rest.to_owned()).unwrap();
        let document: serde_json::Value = serde_json::from_str(&document).unwrap();
        assert_eq!(document, serde_json::json!({"(sensitive)": ["x (sensitive)"], "n": 1}));
    }

    #[test]
    fn a_document_stays_one_whatever_is_taken_out_of_it() {
        let (output, out, _) = output(Settings::default());
        output.redactor().add("123456");
        output.result("{\"n\": 123456, \"text\": \"is 123456\"}\n").unwrap();
        let document: Json = serde_json::from_str(&out.text()).unwrap();
        assert_eq!(document, serde_json::json!({"n": 123456, "text": "is (sensitive)"}));
    }

    #[test]
    fn a_reader_that_went_away_is_no_error_and_a_full_disk_is() {
        let to = |kind| Output::to(Box::new(Fails(kind)), Box::new(Fails(kind)), Settings::default(), Redactor::new());
        let closed = to(ErrorKind::BrokenPipe);
        assert_eq!(closed.result("x"), Ok(()));
        assert_eq!(closed.result("y"), Ok(()));
        let full = to(ErrorKind::StorageFull);
        full.message("nobody hears this");
        assert_eq!(full.result("x").unwrap_err().code, "output");
    }

    #[test]
    fn quiet_leaves_errors_and_results() {
        let list = [Diagnostic::error("e", "E"), Diagnostic::warning("w", "W"), Diagnostic::note("n", "N")];
        let said = |quiet, verbosity| {
            let (output, _, err) = output(Settings { quiet, verbosity, ..Settings::default() });
            output.note("hello\n");
            output.diagnostics(&list);
            strip_str(&err.text()).to_string()
        };
        assert_eq!(said(true, 0), "error[e]: E\n");
        assert_eq!(said(false, 0), "hello\nerror[e]: E\nwarning[w]: W\n");
        assert_eq!(said(false, 1), "hello\nerror[e]: E\nwarning[w]: W\nnote[n]: N\n");
    }
}
