//! Texts that people write into prompts, and what breaks a careless YAML writer.

use rand::seq::IndexedRandom;
use rand::{Rng, RngExt};

/// The shortest and the longest prompt, in bytes.
const PROMPT: std::ops::Range<usize> = 2_000..40_000;

const PARAGRAPHS: &[&str] = &[
    "# Role\n\nYou are {{assistant_name | default: \"Ava\"}}, the receptionist of *Northwind Dental*. Today is {{\"now\" | date: \"%A, %d %B\", \"Europe/Berlin\"}}.\n",
    "## Rules\n\n- Never say \"as an AI\".\n- Ask **one** question at a time:\n  1. name\n  2. date of birth\n     - as `YYYY-MM-DD`\n- If they say 'no', stop.\n",
    "| Day | Opens | Closes |\n|-----|-------|--------|\n| Mon | 08:00 | 17:30 |\n| Sun | off   | ~      |\n",
    "```js\nconst total = items.reduce((sum, x) => sum + x.price, 0);\nsay(`That is ${total} for ${customer.name}, ${env:NOT_A_SECRET}`);\n```\n",
    "{% if customer.vip == true %}\nGreet them by name: {{customer.name}}.\n{% else %}\n\tAsk for their name.\n{% endif %}\n",
    "---\n\n# This is a heading and no comment\nkey: value # nor is this one\n...\n",
    "The caller may say: \"I'd like to book – for tomorrow, at 4 o'clock?\" → call `book_appointment`.\n",
    "Trailing blanks follow:   \nand a tab:\t\nand an empty line with blanks:\n    \nend.\n",
    "\tThis line starts with a tab.\n    This one with four blanks.\n  - and this looks like a list\n",
    "Windows was here.\r\nAnd left its line ends.\r\n\r\nTwice.\r\n",
    "Emoji: 🦷👩🏽‍⚕️🇩🇪. Accents: Zoë, Łukasz, naïve. Scripts: こんにちは, مرحبا, Привет, ไทย.\n",
    "Odd ones: line separator\u{2028}paragraph separator\u{2029}next line\u{85}no-break space\u{a0}zero width\u{200b}BOM\u{feff}.\n",
    "Prices: $5, 50%, {curly}, [square], <angle>, &amp;, *star, !bang, @at, `tick`, |pipe, >fold, C:\\dir\\new, \\n is no newline.\n",
    "Look-alikes: ${agent:nobody}, ${file:../../etc/passwd}, $${escaped}, ${}, ${x:y}, {{ }}, {{{raw}}}.\n",
    "Say yes, no, on, off, null, ~, 0123, 1e3, 12:30:45, 2026-01-01, .inf, =, <<, and NaN exactly as written.\n",
    "> Quoted: she said \\\"hello\\\" and left.\n>\n> > Nested.\n",
    "\n\n\nSeveral blank lines above and below.\n\n\n",
    "A very long line without a break: lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et dolore magna aliqua, ut enim ad minim veniam, quis nostrud exercitation ullamco laboris nisi ut aliquip ex ea commodo consequat.\n",
];

#[rustfmt::skip]
const LINES: &[&str] = &[
    "Thanks for calling Northwind Dental, how can I help?", "Hi {{customer.name | default: \"there\"}}: what's up?",
    "- one moment", "# hold on", "yes", "off", "null", "~", "0123", "1e3", "2026-01-01", "12:30:45", "true", "", " ",
    " leading and trailing ", "tab\tin the middle", "two\nlines", "ends with a newline\n", "carriage\rreturn",
    "\"quoted\"", "'single' and \"double\"", "back\\slash", "key: value", "trailing colon:",
    "*alias &anchor !tag %directive", "@mention `tick`", "{flow: map}", "[flow, list]", "? complex key", "| literal",
    "> folded", "---", "...", "<<", "=", "${x}", "${env:NOT_A_SECRET}", "$${escaped}", "🦷 Zoë", "line\u{2028}separator",
    "next\u{85}line", "\u{feff}BOM first",
];

#[rustfmt::skip]
const NAMES: &[&str] = &[
    "Receptionist", "Front Desk", "After Hours", "Billing / Invoices", "Müller & Söhne", "Zahnärztin 🦷", "no", "0123",
    "\"Quoted\"", "it's: complicated", "Support #1", "- dash", "受付", "Sales (US)", "night\tshift",
];

/// A prompt of 2 to 40 KB of Markdown with Liquid in it.
pub(super) fn prompt(rng: &mut impl Rng) -> String {
    let length = rng.random_range(PROMPT);
    let mut text = ["", "", "", " ", "\t", "\n"].choose(rng).copied().unwrap_or_default().to_owned();
    while text.len() < length {
        text.push_str(PARAGRAPHS.choose(rng).copied().unwrap_or_default());
        text.push_str(["", "\n", "\n"].choose(rng).copied().unwrap_or_default());
    }
    let end = ["", "", "\n", "\n\n", "  ", "\n \n"].choose(rng).copied().unwrap_or_default();
    let kept = text.trim_end_matches('\n').len();
    text.truncate(kept);
    text.push_str(end);
    text
}

/// A short text, most of them a trap.
pub(super) fn line(rng: &mut impl Rng) -> &'static str {
    LINES.choose(rng).copied().unwrap_or_default()
}

/// A short text that can be said.
pub(super) fn greeting(rng: &mut impl Rng) -> &'static str {
    LINES[..2].choose(rng).copied().unwrap_or_default()
}

/// A name of at most 20 characters.
pub(super) fn name(rng: &mut impl Rng) -> &'static str {
    NAMES.choose(rng).copied().unwrap_or_default()
}
