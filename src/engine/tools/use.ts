/** Performs an act: uses the tool, journals the use and books its price. */
import type { ActCall, JsonObject } from '../../core/model/call.ts';
import type { Server } from '../../core/model/config.ts';
import type { ActKey, LiveFile, UsedEntry, UseEntry } from '../../core/model/entry.ts';
import {
  type ActContext,
  NOTHING,
  type SearchHits,
  type ToolWork,
  type WebPage,
  type WorldResult,
  type WorldTool,
} from '../../core/model/tool.ts';
import { type Trusted, trustTerm } from '../../core/model/trust.ts';
import { countCredits } from '../../core/money/ledger.ts';
import { inTheWayOf } from '../../core/tools/file-versions.ts';
import type { Verdict } from '../../core/turn/judge.ts';
import { deadline } from '../../disk/fs/clock.ts';
import { DiskError } from '../../disk/fs/disk.ts';
import { beside, bytesHash, keepAside } from '../../disk/fs/materialise.ts';
import { YOUNG_MS } from '../../disk/intake/reader.ts';
import type { Resume } from '../../schema/config/resume.ts';
import { copyWith } from '../../schema/copy.ts';
import { cut } from '../../schema/print.ts';
import { readableMail } from './delivered-mail.ts';
import { runApart, runProgram } from './program.ts';
import {
  bytesAt,
  type FileChanges,
  makeToolContext,
  NotThere,
  noChanges,
  ToolRefusal,
  textOf,
} from './tool-context.ts';
import { refusal } from './toolset.ts';
import type { ToolResult, Turn } from './turn-in-progress.ts';

/** Milliseconds that a tool gets in addition to its time limit, at which it should end by itself. */
const PATIENCE_MS = 10_000;

/** Performs a judged act, and pays once if it costs something. Refused and held acts do nothing. */
export async function doAct(
  turn: Turn,
  resume: Resume,
  scene: ActContext,
  verdict: Verdict,
  call: ActCall,
  key: ActKey,
): Promise<ToolResult> {
  if (verdict.is === 'use') return performAct(turn, resume, scene, verdict, call, key);
  const paid = verdict.is === 'done' && verdict.cost > 0;
  if (paid) announce(turn, resume, { tool: call.tool, input: null }, key, verdict.cost);
  return { id: call.id, tool: call.tool, text: verdict.text, ok: verdict.is !== 'refused' };
}

/** The state of a file afterwards. A file that was written as a whole is complete; any other change may have been interrupted. */
function fateOf(file: UsedEntry['files'][number], tool: string): 'wrote' | 'changed' | 'removed' {
  if (isGone(file)) return 'removed';
  return tool === 'write_file' ? 'wrote' : 'changed';
}

/**
 * Uses a world tool once. If the journal holds the outcome, that is used. If the tool may not be repeated and was cut off, the
 * outcome is unknown, and the model is told so.
 */
async function performAct(
  turn: Turn,
  resume: Resume,
  scene: ActContext,
  use: Extract<Verdict, { is: 'use' }>,
  call: ActCall,
  key: ActKey,
): Promise<ToolResult> {
  const known = turn.recorded.use(key);
  announce(turn, resume, call, key, use.cost);
  const recorded = known?.find((entry): entry is UsedEntry => entry.k === 'used');
  if (recorded) turn.journal.recall(recorded);
  const used = recorded ?? (await perform(turn, resume, scene, use, key, known !== undefined));
  for (const file of used.files) {
    turn.live.add(file.path);
    scene.draft.touched.set(file.path, fateOf(file, call.tool));
    scene.draft.sizes.set(file.path, file.text?.length ?? file.size ?? 0);
  }
  if (used.shared) stageShared(turn, scene, used.shared);
  if (TELL_HASHES.has(call.tool)) noteTexts(scene, used);
  const next = use.ask?.(used);
  if (used.rule !== undefined && !next) scene.draft.stopped++;
  const ok = used.ok && next?.is !== 'refused';
  return { id: call.id, tool: call.tool, text: next ? `${used.text}\n${next.text}` : used.text, ok };
}

function isGone({ text, hash }: LiveFile): boolean {
  return text === null && hash === undefined;
}

/** Journals that an act starts now, unless that was done before a crash, and books its cost. */
function announce(
  turn: Turn,
  { unit }: Resume,
  { tool, input }: Pick<ActCall, 'tool' | 'input'>,
  key: ActKey,
  cost: number,
): void {
  const known = turn.recorded.announced(key);
  const use: UseEntry = known ?? { k: 'use', ...key, tool, input, ...(cost > 0 && { cost, unit: unit ?? null }) };
  if (known) turn.journal.recall(use);
  else turn.journal.add(use);
}

async function perform(
  turn: Turn,
  resume: Resume,
  scene: ActContext,
  { tool, value, cost }: Extract<Verdict, { is: 'use' }>,
  key: ActKey,
  cutOff: boolean,
): Promise<UsedEntry> {
  const { journal } = turn;
  // Whether the approved content is still as it was shown is determined once.
  const isFirst = tool.touches === 'once' || (scene.approved !== undefined && tool.touches !== 'pure');
  if (isFirst && !cutOff) await journal.durable();
  const changes = noChanges();
  const result =
    tool.touches === 'once' && cutOff ? unknown(cost) : await run(turn, resume, scene, tool, value, changes);
  const { replaced, conflict, ...made } = changes;
  for (const file of replaced) keepReplaced(turn, file);
  const text = tellResult(turn.mask(result.text), turn.mask(result.end ?? ''), tool.most);
  const used: UsedEntry = { k: 'used', ...key, ok: result.ok, text, ...made };
  if (result.rule !== undefined) used.rule = result.rule;
  if (conflict) used.conflict = copyWith(conflict, { text: turn.mask(conflict.text) });
  if (result.tainted || made.tainted) used.tainted = true;
  journal.add(used);
  // A use that changed nothing is repeated after a crash; the line becomes durable before the next call.
  if (tool.touches !== 'pure') await journal.durable();
  for (const { release } of replaced) release();
  return used;
}

function tellResult(text: string, end: string, most: number): string {
  return [cutResult(text, most), end].filter(Boolean).join('\n');
}

function cutResult(text: string, most: number): string {
  if (text.length <= most) return text;
  const kept = cut(text, most - 40);
  return `${kept}\n[cut: ${text.length - kept.length} more characters]`;
}

/**
 * Journals a text that a person wrote in a workspace before it is replaced. What is not text, contains a secret, or is still
 * open in a program stays beside the new file.
 */
function keepReplaced(
  { state, journal, ports, number, mask }: Turn,
  { path, bytes }: FileChanges['replaced'][number],
): void {
  if (bytes === null) return;
  const hash = bytesHash(bytes);
  if (state.files.workspace.get(path) === hash) return;
  const aside = beside(path, 'aside');
  const isYoung = ports.clock.now() - (ports.disk.stat(aside)?.mtimeMs ?? 0) < YOUNG_MS;
  const text = isYoung ? null : textOf(bytes);
  if (text === null || mask(text) !== text) keepAside(ports.disk, aside, path, number);
  else if (state.calls.blobs.has(hash)) return;
  else journal.add({ k: 'blob', hash, text });
}

function unknown(cost: number): WorldResult {
  const paid = cost > 0 ? ` It may have been done, so its ${countCredits(cost)} are spent.` : '';
  const text = `Result unknown: the engine was interrupted while the tool ran. It was not repeated.${paid}`;
  return { ok: false, text };
}

/** A failure in a tool becomes its result. Only failures of the disk, and the end of the run, stop the engine. */
async function run(
  turn: Turn,
  resume: Resume,
  scene: ActContext,
  tool: ToolWork,
  value: unknown,
  changes: FileChanges,
): Promise<WorldResult> {
  const { disk } = turn.ports;
  const { timeout } = tool;
  const workspace = `agents/${resume.name}/workspace`;
  const { workspace_bytes, workspace_files } = turn.config.org.limits;
  const { counted } = turn.caches;
  const room = { workspace, bytes: workspace_bytes, files: workspace_files, counted };
  const box = makeToolContext({
    disk,
    resume,
    reader: { state: turn.state, resume, given: scene.given },
    wrote: scene.draft.wrote,
    inTheWay: (path) => inTheWayOf(path, scene.draft.wrote),
    known: (hash) => scene.draft.known.get(hash),
    shown: (path) => scene.approved?.covers?.[path],
    redact: turn.mask,
    isTainted: (path) => turn.state.rights.tainted.has(path),
    room,
    changes,
    program: (argv, given) => runProgram(turn, { room, timeout, changes }, argv, given),
    apart: (files, argv) => runApart(turn, `.lemming/apart-${resume.name}`, files, timeout, argv),
    ask: (server, name, input) => askServer(turn, server, name, input),
    fetch: (url) => fetchFor(turn, tool, scene, url),
    ...readableMail(disk, turn.state, scene),
    search: (query, limit) => searchFor(turn, resume, timeout, { query, limit }),
    timeout,
    signal: turn.signal,
  });
  try {
    if (disk.stat(`agents/${resume.name}`) === null) throw new ToolRefusal(`The folder of ${resume.name} is gone.`);
    demandTrust(turn, asTool(tool));
    demandReceived(turn, tool);
    const made = tool.run(value, box);
    return made instanceof Promise ? await Promise.race([made, late(timeout)]) : made;
  } catch (error) {
    if (turn.signal.aborted) throw turn.signal.reason;
    if (error instanceof ToolRefusal) return refused(error);
    if (error instanceof DiskError && ['full', 'io', 'read-only', 'handles'].includes(error.failure)) throw error;
    return { ok: false, text: `The tool failed: ${told(error)}` };
  }
}

/** What the system says names places of this machine, which are nobody's business. */
function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, syscall } = error as NodeJS.ErrnoException;
  return code !== undefined && syscall !== undefined ? `${syscall}: ${code}` : error.message;
}

function refused(refusal: ToolRefusal): WorldResult {
  const { rule, message } = refusal;
  return refusal instanceof NotThere
    ? { ok: false, text: message }
    : { ok: false, text: `Refused (${rule}): ${message}`, rule };
}

/** The tool that does the work; null for the trial of an act. */
function asTool(work: ToolWork): WorldTool | null {
  return 'kind' in work ? (work as WorldTool) : null;
}

async function fetchFor(turn: Turn, work: ToolWork, scene: ActContext, url: string): Promise<WebPage> {
  const tool = asTool(work);
  if (!tool) throw new ToolRefusal('A trial has no network.', 'network');
  const { fetchPage } = await import('./fetch.ts');
  const { text, ...page } = await fetchPage(turn, { tool, scene }, url, tool.timeout);
  return { text: turn.mask(text), ...page };
}

async function searchFor(
  turn: Turn,
  resume: Resume,
  timeout: number,
  wish: { query: string; limit: number },
): Promise<SearchHits> {
  const { search } = await import('../search/web-search.ts');
  return search(turn, resume, wish, timeout);
}

/** The owner may have revoked the approval since the freeze. */
function demandTrust({ ports }: Turn, tool: WorldTool | null): void {
  if (!tool?.needs) return;
  const { needs, spec } = tool;
  if (!ports.approved?.(needs)) throw new ToolRefusal(refusal(spec.name, termOf(needs)), 'trusted-tool');
}

/** The name under which the owner approves it. */
function termOf(needs: Trusted): string {
  return needs.kind === 'network' ? 'network' : trustTerm(needs);
}

/** What came with the folder is not run before the owner approved it. */
function demandReceived({ ports, receivedUntil }: Turn, { received }: ToolWork): void {
  if (!received || received.turn > receivedUntil || ports.approved?.(received.what)) return;
  const { what } = received;
  throw new ToolRefusal(
    `This condition came with the folder, and its commands ${trustTerm(what)} are not approved on this machine: a person must run lemming trust task:${(what as { name: string }).name}.`,
    'trusted-condition',
  );
}

function askServer({ ports, signal }: Turn, server: Server, tool: string, input: JsonObject): Promise<WorldResult> {
  if (!ports.servers) throw new ToolRefusal('Servers of tools cannot be reached from here.', 'server');
  return ports.servers.ask(server, tool, input, signal);
}

/** A tool that ignores its time limit is abandoned. */
function late(timeout: number): Promise<WorldResult> {
  const signal = deadline(timeout + PATIENCE_MS);
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve({ ok: false, text: `The tool took longer than ${timeout} ms.` }));
  });
}

/** Tools that report the hash of a file, which the agent can pass when it writes. */
const TELL_HASHES = new Set(['read_file', 'write_file', 'edit_file']);

/**
 * The texts that the visit knows: what it was shown, and what it wrote. They come from the journal's line, so a crash makes no
 * difference.
 */
function noteTexts({ draft }: ActContext, { text, files, shared }: UsedEntry): void {
  const shown = text.replace(/\n\[hash [\w-]+\]$/, '');
  for (const known of [shown, ...files.map((file) => file.text ?? ''), shared?.text ?? '']) draft.known.add(known);
}

/** An approved write is based on what was shown: what a person saved since then stays. */
function stageShared(turn: Turn, scene: ActContext, { path, text }: { path: string; text: string }): void {
  const before = scene.draft.wrote.get(path);
  const found = before ? NOTHING : bytesAt(turn.ports.disk, path);
  const bytes = typeof found === 'string' ? null : found;
  const shown = scene.approved?.covers?.[path];
  const isShown = shown === undefined || shown === (bytes === null ? NOTHING : bytesHash(bytes));
  const was = before
    ? before.was
    : isShown
      ? bytes && turn.mask(Buffer.from(bytes).toString())
      : (scene.approved?.was ?? null);
  scene.draft.wrote.set(path, { text, was });
}
