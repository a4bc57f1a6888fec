//! The shapes of our own schema, compiled when the program was made: to make them from the types at each start takes longer
//! than all else that `validate` does with a file of a usual size.
//!
//! `ours.jsonl` holds a shape per line, behind a line with the shapes of configs. A shape is read when a value comes to it
//! first.

use std::sync::{LazyLock, OnceLock};

use super::shape::{Shape, ShapeId, Shapes, Table};

/// The shapes of our own schema.
pub(super) static OURS: LazyLock<Shapes> = LazyLock::new(|| {
    let (configs, shapes) = FILE.split_once('\n').unwrap_or_default();
    let committed = Committed { lines: shapes.lines().map(|line| (line, OnceLock::new())).collect() };
    let configs = serde_json::from_str(configs).unwrap_or_default();
    Shapes { table: Table::Committed(committed), configs, endless: false }
});

/// `UPDATE_SCHEMA=1 cargo test` writes it.
static FILE: &str = include_str!("ours.jsonl");

/// Shapes, each as the line that it is in and as what was read from it.
#[derive(Debug)]
pub(super) struct Committed {
    lines: Vec<(&'static str, OnceLock<Box<Shape>>)>,
}

impl Committed {
    /// A shape. A line that cannot be read takes anything; a test reads all.
    pub(super) fn get(&self, id: ShapeId) -> Option<&Shape> {
        let (line, shape) = self.lines.get(id)?;
        Some(shape.get_or_init(|| Box::new(serde_json::from_str(line).unwrap_or(Shape::Any))))
    }
}

#[cfg(test)]
mod tests {
    use super::super::compile::compile;
    use super::*;

    #[test]
    fn the_shapes_in_the_repository_are_those_of_the_schema() {
        let shapes = compile(crate::kinds::schema::model());
        let Table::Compiled(all) = &shapes.table else { panic!("compiled just now") };
        let configs: std::collections::BTreeMap<_, _> = shapes.configs.iter().collect();
        let mut text = serde_json::to_string(&configs).unwrap();
        for shape in all {
            text.push('\n');
            text.push_str(&serde_json::to_string(shape).unwrap());
        }
        text.push('\n');
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/src/check/ours.jsonl"), &text).unwrap();
            return;
        }
        assert!(text == FILE, "src/check/ours.jsonl is stale: UPDATE_SCHEMA=1 cargo test writes it anew");
        let Table::Committed(committed) = &OURS.table else { panic!("committed") };
        assert_eq!((committed.lines.len(), &OURS.configs), (all.len(), &shapes.configs));
        for (id, shape) in all.iter().enumerate() {
            assert_eq!(committed.get(id), Some(shape), "{id}");
        }
    }
}
