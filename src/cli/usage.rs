//! Invalid command lines.

use std::ffi::OsString;
use std::io::IsTerminal;

use clap::error::{ContextKind, ContextValue};

use super::github;
use crate::model::Redactor;
use crate::model::diagnostic::Diagnostic;
use crate::render;
use crate::render::Output;
use crate::render::output::Settings;

/// Reports an invalid command line, or prints `--help` or `--version`, which clap treats as errors. Gives the exit code.
pub(super) fn wrong_usage(arguments: &[OsString], error: &clap::Error, redactor: Redactor) -> u8 {
    let output = Output::new(Settings::default(), redactor);
    if !error.use_stderr() {
        let text = if std::io::stdout().is_terminal() {
            error.render().ansi().to_string()
        } else {
            error.render().to_string()
        };
        return u8::from(output.result(&text).is_err());
    }
    let mut text = error.render().to_string();
    if let Some(meant) = meant(error) {
        text = text.replacen("\n\n", &format!("\n\n  tip: `vapi-sync {meant}` does that\n\n"), 1);
    }
    let message = text.trim().trim_start_matches("error: ").to_owned();
    let errors = [Diagnostic::usage(message)];
    if arguments.iter().any(|argument| argument == "--github") {
        output.commands(&github::refused(&errors[0], 64, output.redactor()));
    }
    if wants_json(arguments) {
        let _ = output.json(&render::json::failure("", &[], &errors));
    } else {
        output.message(&text);
    }
    64
}

/// Our command for a word of another tool.
fn meant(error: &clap::Error) -> Option<&'static str> {
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) else { return None };
    let command = match word.as_str() {
        "push" | "deploy" | "upload" | "up" | "write" => "apply",
        "fetch" | "download" | "get" | "clone" => "pull",
        "diff" | "preview" | "dry-run" => "plan",
        "check" | "lint" | "test" => "validate",
        "list" | "ls" | "show" | "drift" => "status",
        "undo" | "rollback" | "revert" | "recover" => "restore",
        "history" => "log",
        "refresh" | "reconcile" => "sync",
        "new" | "create" | "setup" => "init",
        _ => return None,
    };
    Some(command)
}

/// Whether an invalid command line asks for `--format json`.
fn wants_json(arguments: &[OsString]) -> bool {
    let texts: Vec<_> = arguments.iter().map(|argument| argument.to_string_lossy()).collect();
    texts.iter().any(|text| text == "--format=json")
        || texts.windows(2).any(|pair| pair[0] == "--format" && pair[1] == "json")
}
