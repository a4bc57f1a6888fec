// What an editor makes of our schema: yaml-language-server, driven over LSP on tests/good/northwind.yaml.
//
//   just editor
//
// which is
//
//   npm install --prefix target/editor yaml-language-server
//   node tests/editor/lsp.mjs target/editor
//
// Run by hand, or in CI where node and the package are. Exit code 1 if the editor does not do as it should.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const server = join(process.argv[2] ?? ".", "node_modules/yaml-language-server/bin/yaml-language-server");
const schema = pathToFileURL(join(root, "schema/vapi-state.schema.json")).href;
const uri = pathToFileURL(join(root, "tests/good/northwind.yaml")).href;
const text = readFileSync(join(root, "tests/good/northwind.yaml"), "utf8");
const settings = {
  yaml: { schemas: { [schema]: uri }, validate: true, completion: true, hover: true, schemaStore: { enable: false } },
};

const child = spawn(process.execPath, [server, "--stdio"], { stdio: ["pipe", "pipe", "inherit"] });
const waiting = new Map();
const diagnostics = [];
let wake = () => {};
let buffer = Buffer.alloc(0);
let next = 1;

function send(message) {
  const body = JSON.stringify({ jsonrpc: "2.0", ...message });
  child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

function request(method, params) {
  const id = next++;
  send({ id, method, params });
  return new Promise((done) => waiting.set(id, done));
}

function receive(message) {
  if (message.method === "workspace/configuration") {
    const result = message.params.items.map((item) => settings[item.section] ?? null);
    send({ id: message.id, result });
  } else if (message.method === "textDocument/publishDiagnostics") {
    diagnostics.push(message.params);
    wake();
  } else if (message.method && message.id !== undefined) {
    send({ id: message.id, result: null });
  } else if (waiting.has(message.id)) {
    waiting.get(message.id)(message.result);
    waiting.delete(message.id);
  }
}

child.stdout.on("data", (data) => {
  buffer = Buffer.concat([buffer, data]);
  for (;;) {
    const head = buffer.indexOf("\r\n\r\n");
    if (head < 0) return;
    const length = Number(/Content-Length: (\d+)/i.exec(buffer.subarray(0, head).toString())[1]);
    if (buffer.length < head + 4 + length) return;
    const body = buffer.subarray(head + 4, head + 4 + length).toString();
    buffer = buffer.subarray(head + 4 + length);
    receive(JSON.parse(body));
  }
});

let version = 1;
async function change(text) {
  diagnostics.length = 0;
  version += 1;
  send({ method: "textDocument/didChange", params: { textDocument: { uri, version }, contentChanges: [{ text }] } });
  while (diagnostics.length === 0) await new Promise((done) => (wake = done));
  return diagnostics.at(-1).diagnostics;
}

// The position behind (or in) a piece of a text.
function position(text, piece, behind = 0) {
  const at = text.indexOf(piece) + behind;
  const before = text.slice(0, at).split("\n");
  return { line: before.length - 1, character: before.at(-1).length };
}

let failures = 0;
function check(what, holds, found) {
  console.log(`${holds ? "ok    " : "FAILED"} ${what}`);
  if (!holds) {
    failures += 1;
    console.log(JSON.stringify(found)?.slice(0, 2000));
  }
}

setTimeout(() => { console.log("FAILED no answer within 60 seconds"); process.exit(1); }, 60_000).unref();
await request("initialize", {
  processId: process.pid,
  rootUri: pathToFileURL(root).href,
  capabilities: { workspace: { configuration: true }, textDocument: { hover: { contentFormat: ["markdown"] } } },
});
send({ method: "initialized", params: {} });
send({ method: "workspace/didChangeConfiguration", params: { settings } });
send({ method: "textDocument/didOpen", params: { textDocument: { uri, languageId: "yaml", version, text } } });

const clean = await change(text + "\n");
check("nothing is wrong with the example", clean.length === 0, clean);

const hover = await request("textDocument/hover", { textDocument: { uri }, position: position(text, "firstMessageMode", 3) });
const explained = JSON.stringify(hover ?? "");
check("firstMessageMode is explained", /speaks first/i.test(explained), hover);

const open = text.replace("provider: openai", "provider: ");
await change(open);
const at = position(open, "        provider: ", "        provider: ".length);
const complete = await request("textDocument/completion", { textDocument: { uri }, position: at });
const labels = (complete?.items ?? complete ?? []).map((item) => item.label);
check("model.provider is completed", ["openai", "anthropic", "custom-llm"].every((word) => labels.includes(word)), labels);

const fields = text.replace("temperature: 0.3", "temp");
await change(fields);
const field = await request("textDocument/completion", { textDocument: { uri }, position: position(fields, "        temp\n", 12) });
const names = (field?.items ?? field ?? []).map((item) => item.label);
check("fields of the provider are completed", names.includes("temperature") && names.includes("reasoningEffort"), names);

const misspelt = text.replace("temperature: 0.3", "temperatur: 0.3");
const found = await change(misspelt);
const line = position(misspelt, "temperatur:").line;
check("a misspelt field is underlined", found.length === 1 && found[0].range.start.line === line, found);

child.kill();
process.exit(failures === 0 ? 0 : 1);
