// npm start: the sample organisation at work in a scratch folder, in seconds and without a key.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const LEMMING = join(ROOT, 'dist/main.js');
const SUBJECT = 'A tip calculator for our café';
const REQUEST = readFileSync(join(ROOT, 'templates/request.md'), 'utf8').trim();
/** A file of the sample that the agents rewrite. */
const BOARD = 'org/shared/status.md';
/** How often the journal is looked at, in milliseconds. */
const LOOK_MS = 40;

/** The demo is the same whatever LEMMING_* says, an organisation elsewhere included. */
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('LEMMING_')));

const org = mkdtempSync(join(tmpdir(), 'lemming-demo-'));
process.on('SIGINT', () => process.exit(130));

say(`The organisation lives in ${org}`);
say('manager, planner, hr, coder_01 and janitor, with you as "human". Their replies are scripted (org/script.yaml):');
say('no key, no network, no cost. The engine, the mail, the chart, the budgets and the files are the real ones.');
makeOrg();
const given = new Set(filesMade());
say(`\nYou ask the manager: ${SUBJECT}\n  ${REQUEST}\n`);
const report = await runToTheEnd();
tellWhatCame(report);

function say(line) {
  process.stdout.write(`${line}\n`);
}

/** The sample organisation, with the request of the demo in place of the letter that every new one has. */
function makeOrg() {
  lemming('bootstrap', '.');
  const outbox = join(org, 'agents/human/outbox');
  for (const name of readdirSync(outbox)) rmSync(join(outbox, name));
  writeFileSync(join(outbox, 'request.sent.md'), `---\nto: manager\nsubject: ${SUBJECT}\n---\n${REQUEST}\n`);
}

/** Runs a command of the organisation and gives what its --json says. */
function lemming(...args) {
  const done = spawnSync(process.execPath, [LEMMING, ...args, '--json'], { cwd: org, env, encoding: 'utf8' });
  if (done.status !== 0) fail(done.status, done.stderr);
  return JSON.parse(done.stdout);
}

function fail(code, stderr) {
  process.stderr.write(`${stderr}\nlemming ended with ${code}; the organisation is still in ${org}\n`);
  process.exit(code ?? 1);
}

/** `lemming run --until-idle`; each committed turn is told as soon as it stands in the journal. */
async function runToTheEnd() {
  const child = spawn(process.execPath, [LEMMING, 'run', '--until-idle', '--json'], { cwd: org, env });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) child[name].on('data', (bytes) => (output[name] += bytes));
  const ended = new Promise((resolve) => child.on('close', resolve));
  let told = 0;
  const look = setInterval(() => (told = tellTurns(told)), LOOK_MS);
  const code = await ended;
  clearInterval(look);
  tellTurns(told);
  if (code !== 0) fail(code, output.stderr);
  return JSON.parse(output.stdout);
}

/** Tells the messages of the turns after `told` that are committed; returns the last turn that was told. */
function tellTurns(told) {
  for (;;) {
    const lines = journalOf(told + 1);
    if (!lines.some(({ k }) => k === 'commit')) return told;
    told++;
    for (const { k, message } of lines) if (k === 'sent' || k === 'drop') say(messageLine(message));
  }
}

function journalOf(turn) {
  const path = join(org, 'org/journal', `${String(turn).padStart(6, '0')}.jsonl`);
  if (!existsSync(path)) return [];
  const whole = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return whole.map((line) => JSON.parse(line));
}

function messageLine({ turn, from, to, subject }) {
  return `turn ${String(turn).padStart(2)}  ${from.padStart(8)} → ${to.join(', ').padEnd(9)} ${subject}`;
}

function tellWhatCame({ turns, visits, spent }) {
  const { messages } = lemming('inbox');
  say('\nYour inbox (lemming inbox):');
  for (const { from, subject, turn, body } of messages) say(`\n── ${from}, turn ${turn}: ${subject}\n${indent(body)}`);
  say(`\n${turns} turns, ${visits.length} visits, ${spent} credits of play money. Files that were written:`);
  for (const path of filesMade().filter((one) => !given.has(one) || one === BOARD)) say(`  ${path}`);
  say(`\nLook around:  cd ${org}`);
  say('  agents/*/outbox/           every message is a markdown file');
  say('  agents/coder_01/workspace/tip-calculator/index.html   open it in a browser');
  say(`  node ${LEMMING} status     (or costs, history, inspect planner, run --dry-run ...)`);
  say('\nThe replies were scripted. With a key, org/models.yaml and one line in a resume connect a real model.');
}

function indent(text) {
  return text.trim().replace(/^(?=.)/gm, '   ');
}

/** Workspaces, shared files, memory. */
function filesMade() {
  const made = [
    'agents/coder_01/workspace',
    'org/shared',
    ...readdirSync(join(org, 'agents')).map((name) => `agents/${name}/memory`),
  ];
  return made
    .filter((folder) => existsSync(join(org, folder)))
    .flatMap((folder) => filesUnder(folder))
    .sort();
}

function filesUnder(folder) {
  const entries = readdirSync(join(org, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(org.length + 1));
}
