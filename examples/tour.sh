#!/bin/sh
# The main job from end to end, on the emulator that is built in: no account, no key, nothing outside a scratch folder.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
# VAPI_SYNC names a binary that is built already; otherwise cargo builds one.
[ -n "${VAPI_SYNC:-}" ] || cargo build --quiet --manifest-path "$root/Cargo.toml"
vapi_sync() {
  if [ -n "${VAPI_SYNC:-}" ]; then "$VAPI_SYNC" "$@"; else cargo run --quiet --manifest-path "$root/Cargo.toml" -- "$@"; fi
}
say() { printf '\n# %s\n' "$*"; }
step() { printf '$ %s\n' "$*"; }

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cp "$root/vapi-state.yaml" "$scratch/"
cd "$scratch"
git init --quiet .
commit() {
  git add -A
  git -c user.name=You -c user.email=you@example.com -c commit.gpgsign=false commit --quiet --message "$1"
}
commit "The first state file"
# Made up; the emulator takes any.
export TWILIO_ACCOUNT_SID=AC00000000000000000000000000000000 TWILIO_AUTH_TOKEN=a-made-up-token

say "Two agents and a number in the file, nothing in Vapi: what would happen?"
step "vapi-sync plan --emulator"
vapi_sync plan --emulator

say "Make it so. The ids go into the file."
step "vapi-sync apply --emulator --yes"
vapi_sync apply --emulator --yes
step "git diff"
git --no-pager diff
commit "Applied"

say "At night, somebody edits an agent in the dashboard, and makes a new one."
billing=$(sed -n '/^  billing:/,/^  [a-z]/s/.*vapi_assistant_id: //p' vapi-state.yaml)
vapi_sync emulator request PATCH "/assistant/$billing" '{"firstMessage": "Billing. Which invoice is it about?"}' >/dev/null
vapi_sync emulator request POST /assistant '{
  "name": "After hours",
  "firstMessage": "We are closed. Shall we call you back tomorrow?",
  "model": {"provider": "openai", "model": "gpt-4.1", "messages": [{"role": "system", "content": "Take a message.\nAsk for a name and a number.\n"}]}
}' >/dev/null

say "Git sees nothing of that. Pull takes it into the file, for review."
step "vapi-sync pull --emulator"
vapi_sync pull --emulator
step "git diff"
git --no-pager diff
commit "Made in the dashboard"

say "Run again: nothing is sent, no byte changes."
step "vapi-sync sync --emulator --yes"
vapi_sync sync --emulator --yes
step "vapi-sync status --emulator"
vapi_sync status --emulator
