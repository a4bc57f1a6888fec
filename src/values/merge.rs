//! Three-way merge of texts: what both sides changed since a base, as `git merge-file` merges it.
//!
//! In: the text both sides last agreed on, the file's and Vapi's. Out: one text that holds both changes, or where they
//! overlap.

use git2::{MergeFileInput, MergeFileOptions, merge_file};

/// What came of a merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Merged {
    /// A text with the changes of both sides.
    Clean(String),
    /// Both changed the same lines: all three versions of them, between the conflict markers of `git merge-file --diff3`.
    Overlap(String),
}

/// Whether a text has several lines: only such texts are merged.
pub fn has_lines(text: &str) -> bool {
    text.trim_end_matches(['\r', '\n']).contains('\n')
}

/// A first line that all three versions are given: `git2` cannot hand out a merged text that is empty.
const FIRST: &str = "\u{1}\n";

/// Merges what the file and Vapi made of a text. `None`: the text is not one that git merges (it holds a NUL).
pub fn merge(base: &str, file: &str, vapi: &str) -> Option<Merged> {
    let texts = [base, file, vapi].map(|text| format!("{FIRST}{text}"));
    let [base, file, vapi] = texts.each_ref().map(|text| {
        let mut input = MergeFileInput::new();
        input.content(text.as_bytes());
        input
    });
    let mut options = MergeFileOptions::new();
    options.style_diff3(true).ancestor_label("last agreed").our_label("the file").their_label("Vapi");
    let merged = merge_file(&base, &file, &vapi, Some(&mut options)).ok()?;
    let text = str::from_utf8(merged.content()).ok()?.strip_prefix(FIRST)?.to_owned();
    Some(if merged.is_automergeable() { Merged::Clean(text) } else { Merged::Overlap(text) })
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use proptest::prelude::*;

    use super::*;

    /// What git itself makes of three texts. `None`: a conflict.
    fn by_git(base: &str, file: &str, vapi: &str) -> Option<String> {
        let folder = tempfile::TempDir::new().unwrap();
        for (name, text) in [("base", base), ("file", file), ("vapi", vapi)] {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let output = Command::new("git")
            .args(["merge-file", "-p", "file", "base", "vapi"])
            .current_dir(folder.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .output()
            .unwrap();
        output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
    }

    /// An edit of a text, line by line: keep, drop, replace, add behind.
    fn edited(lines: &[String], edits: &[(u8, String)], last_line_end: bool) -> String {
        let mut text = String::new();
        for (at, line) in lines.iter().enumerate() {
            match edits.get(at) {
                Some((0, _)) => {}
                Some((1, other)) => text.push_str(&format!("{other}\n")),
                Some((2, other)) => text.push_str(&format!("{line}\n{other}\n")),
                _ => text.push_str(&format!("{line}\n")),
            }
        }
        if !last_line_end {
            text.truncate(text.trim_end_matches('\n').len());
        }
        text
    }

    fn edits() -> impl Strategy<Value = Vec<(u8, String)>> {
        proptest::collection::vec((0_u8..12, "[a-c]{0,2}\r?"), 0..12)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn a_merge_is_the_one_of_git(
            lines in proptest::collection::vec("[a-c]{0,2}| {1,2}|é", 0..12),
            (file, vapi) in (edits(), edits()),
            ends in any::<[bool; 3]>(),
        ) {
            let base = edited(&lines, &[], ends[0]);
            let (file, vapi) = (edited(&lines, &file, ends[1]), edited(&lines, &vapi, ends[2]));
            let ours = match merge(&base, &file, &vapi) {
                Some(Merged::Clean(text)) => Some(text),
                Some(Merged::Overlap(_)) | None => None,
            };
            prop_assert_eq!(ours, by_git(&base, &file, &vapi));
        }
    }

    #[test]
    fn an_overlap_shows_all_three() {
        let overlap = merge("Be kind.\nAsk.\n", "Be kind.\nAsk twice.\n", "Be kind.\nNever ask.\n");
        let shown =
            "Be kind.\n<<<<<<< the file\nAsk twice.\n||||||| last agreed\nAsk.\n=======\nNever ask.\n>>>>>>> Vapi\n";
        assert_eq!(overlap, Some(Merged::Overlap(shown.to_owned())));
    }

    #[test]
    fn only_texts_of_several_lines_are_merged() {
        let several = ["a\nb", "a\r\nb\n", "\na"];
        let one = ["", "a", "a\n", "a\r\n\n"];
        assert!(several.iter().all(|text| has_lines(text)) && !one.iter().any(|text| has_lines(text)));
    }
}
