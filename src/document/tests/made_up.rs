//! Makes up documents in every style of YAML, from a list of bytes.

use std::fmt::Write as _;

/// Choices read from random bytes; 0, the simplest choice, once they are used up.
pub(super) struct Choices<'b> {
    pub(super) bytes: std::slice::Iter<'b, u8>,
}

impl Choices<'_> {
    pub(super) fn up_to(&mut self, end: usize) -> usize {
        usize::from(self.bytes.next().copied().unwrap_or(0)) % end
    }

    pub(super) fn one_in(&mut self, n: usize) -> bool {
        self.up_to(n) == n - 1
    }

    pub(super) fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[self.up_to(from.len())]
    }
}

pub(super) const TEXTS: &[&str] = &[
    "hello",
    "two words",
    "",
    " ",
    "\n",
    "\n\n",
    "a\n",
    "a\nb",
    "a\nb\n",
    "a\n\n\n",
    "a\n\nb\n\n",
    " lead\nb",
    "\n  x\n",
    "\ttab\nb",
    "a\n\tb\n",
    "a\n   \nb",
    "a\n   ",
    "a\n   \n",
    "   \na\n",
    "\n \n",
    "trail  \nb  ",
    "a\rb\n",
    "a\r\nb",
    "x\u{85}y\n",
    "x\u{2028}y",
    "\u{feff}x\ny",
    "bell\u{7}",
    "---",
    "---\nx",
    "...\n",
    "# no comment",
    "a # b",
    "a: b",
    "- x",
    "?",
    "key:",
    "+14155550100",
    "0123",
    "off",
    "1e3",
    "2026-01-01",
    "~",
    "null",
    "12:30",
    "<<",
    "=",
    "&x",
    "*x",
    "!x",
    "%x",
    "@x",
    "`x",
    "[x",
    "{x: y}",
    "]",
    ",",
    "'",
    "\"",
    "\\",
    "it's",
    "{\"a\": 1}",
    "📞 é",
    "📞\n🎉\n",
    "${env:X}",
    "{{name}}",
    "#\n#\n",
    "- a\n- b\n",
    "a: 1\nb: 2\n",
    "| x\n y",
    "very long text that goes on: and on, and on, and on, and on, and on, and on, and on, and on, and on, and on, and on, and on, and on",
];

pub(super) const KEYS: &[&str] = &["a", "b", "c", "key two", "d.e", "é📞", "x-y", "1", "true"];

/// Writes a random document.
struct Gen<'c, 'b> {
    choices: &'c mut Choices<'b>,
    out: String,
    anchors: usize,
    with_anchors: bool,
}

impl Gen<'_, '_> {
    fn noise(&mut self, column: usize) {
        match self.choices.up_to(12) {
            7 => self.out.push('\n'),
            8 => writeln!(self.out, "{}# comment", " ".repeat(column)).unwrap(),
            9 => self.out.push_str("\n\n"),
            10 => writeln!(self.out, "{}# off: [ \"column", " ".repeat(self.choices.up_to(8))).unwrap(),
            11 => writeln!(self.out, "{}", " ".repeat(self.choices.up_to(6))).unwrap(),
            _ => {}
        }
    }

    fn end_line(&mut self) {
        let end = self.choices.pick(&["\n", "\n", "\n", " # c\n", "   # d: |- 📞\n", "  \n"]);
        self.out.push_str(end);
    }

    fn anchor(&mut self) {
        if self.with_anchors && self.choices.one_in(4) {
            self.anchors += 1;
            write!(self.out, "&n{} ", self.anchors).unwrap();
        }
    }

    fn alias(&mut self) -> Option<String> {
        let usable = self.with_anchors && self.anchors > 0 && self.choices.one_in(3);
        usable.then(|| format!("*n{}", self.choices.up_to(self.anchors) + 1))
    }

    fn map(&mut self, column: usize, depth: usize, first_here: bool) {
        let step = 1 + self.choices.up_to(4);
        let count = 1 + self.choices.up_to(4);
        let start = self.choices.up_to(KEYS.len());
        for index in 0..count {
            if index > 0 || !first_here {
                if index > 0 {
                    self.noise(column);
                }
                self.out.extend(std::iter::repeat_n(' ', column));
            }
            let key = KEYS[(start + index) % KEYS.len()];
            match self.choices.up_to(8) {
                6 => write!(self.out, "\"{key}\" :").unwrap(),
                7 => write!(self.out, "'{key}':").unwrap(),
                _ => write!(self.out, "{key}:").unwrap(),
            }
            self.value(column, step, depth);
        }
        if self.with_anchors && self.anchors > 0 && self.choices.one_in(5) {
            self.out.extend(std::iter::repeat_n(' ', column));
            writeln!(self.out, "<<: *n{}", self.choices.up_to(self.anchors) + 1).unwrap();
        }
    }

    /// What follows a `key:`, with its line end.
    fn value(&mut self, column: usize, step: usize, depth: usize) {
        self.out.push_str(if self.choices.one_in(9) { "  " } else { " " });
        match self.choices.up_to(if depth == 0 { 6 } else { 10 }) {
            kind @ 0..=5 => self.leaf(kind, column, step),
            6 | 7 => {
                self.anchor();
                self.end_line();
                self.noise(column + step);
                self.map(column + step, depth - 1, false);
            }
            _ => {
                self.anchor();
                self.end_line();
                let offset = if self.choices.one_in(2) { 0 } else { step };
                self.list(column + offset, depth - 1, false);
            }
        }
    }

    fn list(&mut self, column: usize, depth: usize, first_here: bool) {
        for index in 0..1 + self.choices.up_to(3) {
            if index > 0 || !first_here {
                if index > 0 {
                    self.noise(column);
                }
                self.out.extend(std::iter::repeat_n(' ', column));
            }
            self.out.push('-');
            match self.choices.up_to(if depth == 0 { 7 } else { 10 }) {
                6 => self.end_line(),
                7 => {
                    self.out.push(' ');
                    self.map(column + 2, depth - 1, true);
                }
                8 => {
                    self.out.push(' ');
                    self.list(column + 2, depth - 1, true);
                }
                9 => {
                    self.end_line();
                    self.map(column + 3, depth - 1, false);
                }
                kind => {
                    self.out.push(' ');
                    self.leaf(kind, column, 2);
                }
            }
        }
    }

    fn leaf(&mut self, kind: usize, column: usize, step: usize) {
        if let Some(alias) = self.alias() {
            self.out.push_str(&alias);
            return self.end_line();
        }
        self.anchor();
        match kind {
            4 => {
                let flow = self.flow(2);
                self.out.push_str(&flow);
            }
            5 => return self.block(column, step),
            _ => {
                let scalar = self.choices.pick(&[
                    "1",
                    "word",
                    "two words",
                    "",
                    "null",
                    "-1.5",
                    "'it''s'",
                    "\"q \\u00e9 \\n\"",
                    "off",
                    "0123",
                    "📞",
                    "true",
                    "~",
                    "\"\"",
                    "a#b",
                    "''",
                ]);
                self.out.push_str(scalar);
            }
        }
        self.end_line();
    }

    fn block(&mut self, column: usize, step: usize) {
        let indent = column + step;
        self.out.push_str(self.choices.pick(&["|", "|-", "|+", ">", ">-", ">+"]));
        let digit = self.choices.one_in(4);
        if digit {
            write!(self.out, "{step}").unwrap();
        }
        self.out.push_str(self.choices.pick(&["\n", " # header\n"]));
        for line in 0..self.choices.up_to(5) {
            let mut text =
                self.choices.pick(&["line", "", "  deeper", "# no comment", "k: v", "- x", "é📞 ", "\tx", "   "]);
            if line == 0 && !digit && text.starts_with([' ', '\t']) {
                text = "first";
            }
            if !text.is_empty() {
                self.out.extend(std::iter::repeat_n(' ', indent));
            }
            self.out.push_str(text);
            self.out.push('\n');
        }
        self.out.push_str(self.choices.pick(&["", "", "\n", "\n\n"]));
    }

    fn flow(&mut self, depth: usize) -> String {
        let count = self.choices.up_to(4);
        let space = self.choices.pick(&[" ", "", "  "]);
        if self.choices.one_in(2) {
            let items: Vec<_> = (0..count).map(|_| self.flow_value(depth)).collect();
            let comma = if count > 0 && self.choices.one_in(4) { "," } else { "" };
            format!("[{}{comma}{space}]", items.join(", "))
        } else {
            let entries: Vec<_> = (0..count).map(|index| format!("k{index}: {}", self.flow_value(depth))).collect();
            format!("{{{space}{}}}", entries.join(&format!(",{space} ")))
        }
    }

    fn flow_value(&mut self, depth: usize) -> String {
        match self.choices.up_to(if depth == 0 { 4 } else { 6 }) {
            4 | 5 => self.flow(depth - 1),
            _ => self.choices.pick(&["1", "word", "'q'", "\"d\"", "null", "two words", "-2", "é📞"]).to_owned(),
        }
    }
}

pub(super) fn document(choices: &mut Choices<'_>, with_anchors: bool) -> String {
    let (crlf, cut, bom) = (choices.one_in(5), choices.one_in(4), choices.one_in(9));
    let mut gen_ = Gen { choices, out: String::new(), anchors: 0, with_anchors };
    gen_.noise(0);
    match gen_.choices.one_in(6) {
        true => gen_.list(0, 3, false),
        false => gen_.map(0, 3, false),
    }
    gen_.noise(0);
    let mut text = gen_.out;
    if cut {
        text.truncate(text.trim_end_matches('\n').len());
    }
    if crlf {
        text = text.replace('\n', "\r\n");
    }
    if bom { format!("\u{feff}{text}") } else { text }
}
