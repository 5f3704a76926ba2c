/**
 * Organisations with a long past. A million messages through the engine would take hours, so the past is written by a
 * generator: sealed journal files by the journal's own class, with the lines that the fold needs. Files of messages are
 * written for the last turns only: nothing that is measured looks at older ones. The turns after it are the engine's own.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { apply } from '../../../src/core/journal/apply.ts';
import { filesOf } from '../../../src/core/journal/files.ts';
import type { Entry } from '../../../src/core/model/entry.ts';
import { piecesOf } from '../../../src/core/model/state/pieces.ts';
import { emptyState, type State } from '../../../src/core/model/state.ts';
import { composeMessage } from '../../../src/core/rights/recipients.ts';
import type { Disk } from '../../../src/disk/fs/disk.ts';
import { realHost } from '../../../src/disk/fs/host.ts';
import { materialise } from '../../../src/disk/fs/materialise.ts';
import { realDisk } from '../../../src/disk/fs/real.ts';
import { GENESIS, Journal, readJournal } from '../../../src/disk/journal/journal.ts';
import { padTurn } from '../../../src/schema/name.ts';
import type { Message } from '../../../src/schema/records/message.ts';
import { layOrg } from '../real.ts';

const AGENTS = Array.from({ length: 20 }, (_, i) => `a${i}`);
/** Turns whose messages lie in the folder, where it is not said. */
const FILED = 3;
/** Messages to the person that stay unread. */
const UNREAD = 20;
const HOUR = 3_600_000;

/** Whom the n-th message of an agent goes to: mostly the next agents, now and then the person. */
function readerOf(agent: number, n: number): string {
  return n % 20 === 7 ? 'human' : (AGENTS[(agent + 1 + (n % 19)) % AGENTS.length] as string);
}

/** Makes an organisation in which so many messages were sent, `perTurn` in each turn; one of ten became a dead letter. */
export function growOrg(root: string, messages: number, perTurn: number, filed = FILED): void {
  const edges = Object.fromEntries(
    ['human', ...AGENTS].map((from) => [from, ['human', ...AGENTS].filter((to) => to !== from)]),
  );
  // Each message is answered, however long the chain: turns stay as large as they are.
  const limits = { live_turns: 5, hops: 1_000_000 };
  layOrg(root, { edges, models: { default: { provider: 'simulated', options: { reply_rate: 1 } } }, org: { limits } });
  const disk = realDisk(root);
  const journal = new Journal(disk, 1, GENESIS, 0);
  const turns = Math.ceil(messages / perTurn);
  const past: Past = { before: [], unread: [] };
  for (let turn = 1; turn <= turns; turn++) {
    journal.turnTo(turn);
    const lines = turnOf(past, turn, perTurn, realHost(root).boot);
    journal.add(...lines);
    journal.write(false);
    if (turn > turns - filed) materialise(disk, lines.flatMap(filesOf), turn);
    journal.add({ k: 'done', turn });
    journal.write(false);
  }
  journal.turnTo(turns + 1);
  journal.add({ k: 'synced', turn: turns });
  journal.write(true);
  journal.close();
}

interface Past {
  /** What was sent in the turn before. */
  before: Message[];
  unread: string[];
}

function turnOf(past: Past, turn: number, perTurn: number, boot: string | null): Entry[] {
  const open = { k: 'open', turn, time: turn * HOUR, boot, lock: 1, version: '1', rules: 2 } as unknown as Entry;
  const read = past.unread.splice(0, Math.max(0, past.unread.length - UNREAD));
  const request = { ask: 'read' as const, by: 'human', ids: read };
  const inputs: Entry[] = read.length ? [{ k: 'request', request, time: turn * HOUR }] : [];
  const each = Math.ceil(perTurn / AGENTS.length);
  const sent: Message[] = [];
  const effects = AGENTS.flatMap((agent, i): Entry[] => {
    const given = past.before.filter(({ to }) => to.includes(agent));
    const made = Array.from({ length: each }, (_, n) => messageOf(agent, turn, n + 1, readerOf(i, n), given[n]));
    sent.push(...made);
    const mail = given.map(({ id }) => id);
    return [
      { k: 'visit', agent, outcome: 'ok', mail, sent: each, refused: 0, held: 0, told: 0, notes: [] },
      ...made.flatMap((message, n): Entry[] => [{ k: 'sent', message }, ...(n % 10 === 3 ? [deathOf(message)] : [])]),
    ];
  });
  const lost = new Set(effects.flatMap((line) => (line.k === 'dead' ? [line.record.message] : [])));
  past.before = sent.filter(({ id, to }) => !lost.has(id) && to[0] !== 'human');
  past.unread.push(...sent.filter(({ id, to }) => !lost.has(id) && to[0] === 'human').map(({ id }) => id));
  return [open, ...inputs, ...effects, { k: 'commit', turn, lock: 1 }];
}

function messageOf(from: string, turn: number, n: number, to: string, cause: Message | undefined): Message {
  const body = `${turn * 31 + n} the words of ${from} to ${to}, which nobody will need again, but which somebody may look for.`;
  return composeMessage(
    from,
    turn,
    n,
    { to: [to], body, ...(cause && { thread: cause.thread, reply_to: cause.id }) },
    [],
    1,
  );
}

function deathOf({ id, path: file, from, to, turn }: Message): Entry {
  const detail = 'The chain of messages is 13 long; limits.hops is 12.';
  return { k: 'dead', detail, record: { id, message: id, path: file, from, to, turn, reason: 'hops', revived: null } };
}

/** The fold that keeps everything in memory, whatever lies in `.lemming/`. */
export function foldOf(disk: Disk): State {
  const state = emptyState();
  for (const { entries } of readJournal(disk, [])) for (const entry of entries) apply(state, entry);
  return state;
}

/** A hash of a state, wherever its rows lie: as many as these are not compared one by one. */
export function digestOf(state: State): string {
  const hash = createHash('sha256');
  for (const piece of piecesOf(state)) hash.update(`${JSON.stringify(piece)}\n`);
  return hash.digest('base64url');
}

/** Where the segments lie, oldest first. */
export function segmentsIn(root: string): string[] {
  const folder = path.join(root, '.lemming/old');
  return fs.existsSync(folder) ? fs.readdirSync(folder).map((name) => path.join(folder, name)) : [];
}

const MAIN = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));
/** Tells at the end of a process what it took: kB, and microseconds of user and system. */
const TELLS =
  'data:text/javascript,process.on("exit",()=>{const u=process.resourceUsage();process.stderr.write("took "+u.maxRSS+" "+(u.userCPUTime+u.systemCPUTime)+"\\n")})';

/** How a command of the built product went. */
export interface Ran {
  code: number | null;
  ms: number;
  /** Milliseconds of processor time, user and system: other work on the machine shows less in it. 0 when it was killed. */
  cpu: number;
  /** Milliseconds until the journal held more than before; 0 when it never did. */
  began: number;
  /** Largest resident size in MB. */
  peak: number;
  out: string;
  err: string;
}

/** Runs a command in a process of its own; `kill`: after so many milliseconds, as a power button would. */
export async function ran(root: string, args: readonly string[], kill?: number): Promise<Ran> {
  const start = performance.now();
  const env = { ...process.env, NO_COLOR: '1' };
  const child = spawn(process.execPath, ['--import', TELLS, MAIN, '--org', root, ...args], { env });
  const timer = kill === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), kill);
  const grows = growthOf(path.join(root, 'org/journal'));
  let began = 0;
  const looks = setInterval(() => {
    if (began === 0 && grows()) began = performance.now() - start;
  }, 5);
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  clearTimeout(timer);
  clearInterval(looks);
  const [peak, micro] = (/took (\d+) (\d+)/.exec(err) ?? ['', 0, 0]).slice(1).map(Number) as [number, number];
  return { code, ms: performance.now() - start, cpu: micro / 1000, began, peak: peak / 1024, out, err };
}

/** Tells whether the last file of a journal has grown, or a newer one is there. */
function growthOf(journal: string): () => boolean {
  const last = Number.parseInt(fs.readdirSync(journal).sort().at(-1) as string, 10);
  const sizes = (): number[] =>
    [last, last + 1].map(
      (file) => fs.statSync(path.join(journal, `${padTurn(file)}.jsonl`), { throwIfNoEntry: false })?.size ?? 0,
    );
  const before = sizes();
  return () => sizes().some((size, i) => size > (before[i] as number));
}
