# What CI runs.
ci:
    .ci/run

# The tests alone.
test *ARGS:
    cargo test {{ARGS}}

# The long form of the tests that are random, race or wait for the clock: `just soak`, `just soak faults::race`.
soak *TESTS="faults:: fuzz:: properties:: e2e::":
    VAPI_SYNC_SOAK=20 cargo test --test it -- {{TESTS}}

# Format and lint.
tidy:
    cargo fmt --all
    cargo clippy --all-targets -- -D warnings

# Accept changed snapshots, after looking at them.
snapshots:
    INSTA_UPDATE=always cargo test

# Write the committed schemas anew.
schemas:
    UPDATE_SCHEMA=1 cargo test schema

# What an editor makes of the schema: drives yaml-language-server from npm. Needs node.
editor:
    npm install --no-audit --no-fund --prefix target/editor yaml-language-server
    node tests/editor/lsp.mjs target/editor

# Benchmarks: each prints ratios and asserts nothing.
bench *ARGS:
    cargo bench {{ARGS}}

# The main job on the built-in emulator, in a copy of the example.
tour:
    sh examples/tour.sh

# The archive of a release, for this machine or for TARGET, in target/dist.
dist *TARGET:
    .ci/dist {{TARGET}}

# The same, unpacked and tried.
release-check *TARGET:
    .ci/release-check {{TARGET}}

# What formatters, linters and hooks make of a pulled file.
pulled:
    .ci/pulled

# That a new kind takes one file and one line.
widgets:
    .ci/widgets

# Workflows, the action, scripts: schemas and linters from PyPI and npm.
workflows:
    .ci/workflows

# Fuzz one target until it is stopped or something is wrong: `just fuzz document`.
fuzz TARGET:
    cargo +nightly fuzz run {{TARGET}}
