// `npm run flows:save [-- address] [-- --dry-run]`: writes the tabs of a running instance that bear the name of a
// shipped flow back into flows/, and their widgets into dashboard/. The login comes from WATTKEEPER_USER and
// WATTKEEPER_PASSWORD or is asked for.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { stdin, stdout } from 'node:process';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { format, resolveConfig } from 'prettier';
import { readFlow, shippedFlows, WIDGET_FILE, widgetAsKept } from '../nodes/build/examples.mjs';
import { BuildError } from '../nodes/build/palette.mjs';
import { bundleOf, inTheOrderOf, withoutWidgetTexts } from './tab-bundle.mjs';

const ROOT = path.join(import.meta.dirname, '..');
const ANSWER_WITHIN_MS = 10_000;

/** Something the person at the terminal can put right: told in one line. */
class SaveError extends Error {}

async function ask(address, url, options = {}) {
  let response;
  try {
    response = await fetch(new URL(url, address), {
      ...options,
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
  } catch {
    throw new SaveError(`nothing answers at ${address} — is "npm run dev" running?`);
  }
  if (response.status === 401 || response.status === 403) throw new SaveError('the login was refused');
  if (!response.ok) throw new SaveError(`${url} answers with status ${response.status} at ${address}`);
  return response.json();
}

async function question(text, hidden) {
  if (!stdin.isTTY) throw new SaveError('set WATTKEEPER_USER and WATTKEEPER_PASSWORD to the editor login');
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  stdout.write(text);
  const terminal = createInterface({ input: stdin, output: hidden ? nowhere : stdout, terminal: true });
  const answer = await terminal.question('');
  terminal.close();
  if (hidden) stdout.write('\n');
  return answer;
}

/** @returns the headers that let us in; none when the editor is open */
async function logIn(address) {
  const login = await ask(address, 'auth/login');
  if (login.type === undefined) return {};
  const username = process.env.WATTKEEPER_USER ?? (await question('Editor user: ', false));
  const password = process.env.WATTKEEPER_PASSWORD ?? (await question('Editor password: ', true));
  const body = { client_id: 'node-red-admin', grant_type: 'password', scope: '*', username, password };
  const { access_token: token } = await ask(address, 'auth/token', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { authorization: `Bearer ${token}` };
}

/** @returns what should be in which file */
async function textsFor(file, running) {
  const name = path.basename(file, '.json');
  const before = readFlow(ROOT, file);
  const tabs = running.filter((node) => node.type === 'tab' && node.label === name);
  if (tabs.length === 0) return new Map();
  if (tabs.length > 1) throw new SaveError(`two tabs are called "${name}"; keep one`);
  const { nodes, texts } = withoutWidgetTexts(before, bundleOf(tabs[0], running), WIDGET_FILE);
  const json = JSON.stringify(inTheOrderOf(before, nodes), null, 2);
  const options = await resolveConfig(file);
  const widgets = [...texts].map(([widget, text]) => [widget, widgetAsKept(ROOT, widget, text)]);
  return new Map([
    ...widgets,
    [path.relative(ROOT, file), await format(json, { ...options, parser: 'json' })],
  ]);
}

function write(texts, dryRun) {
  let changes = 0;
  for (const [file, text] of texts) {
    const place = path.join(ROOT, file);
    if (readFileSync(place, 'utf8') === text) continue;
    changes += 1;
    console.log(`${dryRun ? 'would change' : 'changed'} ${file}`);
    if (!dryRun) writeFileSync(place, text);
  }
  return changes;
}

async function save(words) {
  const dryRun = words.includes('--dry-run');
  const given = words.find((word) => !word.startsWith('-'));
  const address = (given ?? `http://127.0.0.1:${process.env.PORT ?? 1880}/editor/`).replace(/\/*$/, '/');
  const headers = await logIn(address);
  const running = await ask(address, 'flows', { headers });
  const found = [];
  for (const file of shippedFlows(ROOT)) {
    const texts = await textsFor(file, running);
    if (texts.size > 0) found.push(texts);
  }
  if (found.length === 0) throw new SaveError('no tab bears the name of a shipped flow');
  // Everything has been read and understood before the first file is written.
  const changes = found.reduce((sum, texts) => sum + write(texts, dryRun), 0);
  if (changes === 0) console.log('nothing has changed');
}

try {
  await save(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SaveError || error instanceof BuildError)) throw error;
  console.error(`flows:save: ${error.message}`);
  process.exitCode = 1;
}
