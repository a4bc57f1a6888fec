//! Widgets: a kind that Vapi does not have. `.ci/widgets` adds it to a copy of the program.

use super::parts::common::MANAGED;
use super::table::Shape::Object;
use super::table::{number, table, text};
use super::{Kind, PLAIN};

pub(super) static KIND: Kind = Kind {
    section: "widgets",
    option: "widgets",
    word: "widget",
    noun: "widget",
    nouns: "widgets",
    id_key: "vapi_widget_id",
    endpoint: "/widget",
    dashboard: "widgets",
    config: Object(&WIDGET),
    ..PLAIN
};

table! { WIDGET: "Widget", "A widget.", at "widgets", with MANAGED;
    text("name", "The name.").must(),
    text("assistantId", "The agent that it shows: `${agent:handle}`.").refers_to("agents"),
    text("token", "What it signs in with. Take it from a variable: `${env:…}`.").secret(),
    number("width", "Its width in columns.").within(1.0, 12.0),
}
