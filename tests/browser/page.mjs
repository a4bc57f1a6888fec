// The status page in Chromium. Usage: node page.mjs VAPI_SYNC CHROMIUM FOLDER. Run by .ci/page.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';

const [program, executablePath, pictures] = process.argv.slice(2).map((path) => resolve(path));
const folder = mkdtempSync(join(tmpdir(), 'vapi-sync-page-'));
const children = [];
// The key is the secret.
const SECRET = 'planted-secret-4711';
const ORG = '6a1f3c2e-5f0b-4c66-9a53-0d2f4f0c7d11';

/** Starts the program and gives what it says first that matches. */
function start(args, env, pattern) {
  const child = spawn(program, args, { cwd: folder, env: { ...process.env, ...env } });
  children.push(child);
  return new Promise((found, failed) => {
    let said = '';
    const read = (text) => {
      said += text;
      const match = said.match(pattern);
      if (match) found(match[0]);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('exit', (code) => failed(new Error(`ended with ${code}: ${said}`)));
  });
}

const base = await start(['emulator', '--port', '0', '--generate', '1000', '--key', `${SECRET}=${ORG}`], {}, /http:\/\/127\.0\.0\.1:\d+/);
const env = { VAPI_BASE_URL: base, VAPI_API_KEY: SECRET };
const run = (...args) => {
  const done = spawnSync(program, args, { cwd: folder, env: { ...process.env, ...env }, encoding: 'utf8' });
  assert.equal(done.status, 0, `${args}: ${done.stdout}${done.stderr}`);
};
const send = (method, path, body) =>
  fetch(base + path, {
    method,
    headers: { Authorization: `Bearer ${SECRET}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  }).then((answer) => answer.json());
// One agent of the file, and a thousand that are only in Vapi.
const first = await send('POST', '/assistant', { name: 'Of the file', firstMessage: 'Hello.' });
run('init');
run('pull', '-q', '--target', 'agents.of_the_file');
// What somebody may type into the dashboard to harm.
for (const name of ['<img src=x onerror=owned=1>', '"><script>owned=1</script>', '\u202etxt.exe', `key ${SECRET}`]) {
  await send('POST', '/assistant', { name });
}
await send('PATCH', `/assistant/${first.id}`, { firstMessage: 'Changed by hand </pre><script>owned=1</script>' });

const url = await start(['status', '--serve', '127.0.0.1:0', '--every', '2s'], env, /http:\/\/127\.0\.0\.1:\d+/);
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
try {
  for (const [name, width, height, colorScheme] of [
    ['desktop-light', 1280, 900, 'light'],
    ['desktop-dark', 1280, 900, 'dark'],
    ['phone-light', 390, 844, 'light'],
    ['phone-dark', 390, 844, 'dark'],
  ]) {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme });
    const page = await context.newPage();
    const strange = [];
    page.on('request', (request) => request.url().startsWith(url) || strange.push(request.url()));
    page.on('console', (message) => message.type() === 'error' && strange.push(message.text()));
    page.on('dialog', (dialog) => strange.push(dialog.message()));
    await page.goto(url);
    await page.waitForFunction(() => document.title.startsWith('Not in sync'), null, { timeout: 120_000 });
    assert.ok((await page.locator('li').count()) >= 1000, 'all items are there');
    const [wide, room] = await page.evaluate(() => [document.scrollingElement.scrollWidth, window.innerWidth]);
    assert.ok(wide <= room, `${name} scrolls sideways: ${wide} > ${room}`);
    assert.equal(await page.evaluate(() => globalThis.owned), undefined, 'a name ran');
    const text = await page.content();
    assert.ok(!text.includes(SECRET) && !text.includes('Bearer'), 'a secret is served');
    // By keyboard: to the first item with a difference, and open it.
    const summary = page.locator('li summary').first();
    await summary.focus();
    await page.keyboard.press('Enter');
    const item = page.locator('li details').first();
    assert.ok(await item.evaluate((details) => details.open), 'Enter opens an item');
    const outline = await summary.evaluate((element) => getComputedStyle(element).outlineStyle);
    assert.notEqual(outline, 'none', 'what has the focus is seen');
    await page.screenshot({ path: join(pictures, `${name}.png`) });
    // A newer page comes by itself; what is open stays open.
    const before = await page.locator('time').first().getAttribute('datetime');
    await page.waitForFunction((old) => document.querySelector('time').dateTime !== old, before, { timeout: 60_000 });
    assert.ok(await item.evaluate((details) => details.open), 'what is open stays open');
    const [ink, paper] = await page.evaluate(() => {
      const style = getComputedStyle(document.body);
      return [style.color, style.backgroundColor];
    });
    const light = (colour) => colour.match(/\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0);
    assert.ok(colorScheme === 'dark' ? light(ink) > light(paper) : light(ink) < light(paper), `${ink} on ${paper}`);
    assert.deepEqual(strange, []);
    await context.close();
    console.log(`${name}: ok`);
  }
} finally {
  await browser.close();
  children.forEach((child) => child.removeAllListeners('exit').kill('SIGINT'));
}
