import { apply } from '../core/apply.ts';
import type { ActCall } from '../core/call.ts';
import type { UsedEntry } from '../core/entry.ts';
import type { Scene, WorldTool } from '../core/tool.ts';
import { DiskError } from '../disk/disk.ts';
import { YOUNG_MS } from '../disk/folder.ts';
import { beside, bytesHash, linkNew } from '../disk/materialise.ts';
import type { Resume } from '../schema/resume.ts';
import { BoxRefusal, type Changes, makeBox, noChanges } from './box.ts';
import { lineEvents } from './events.ts';
import type { Turn } from './turn.ts';
import type { Result } from './visit.ts';

/** Most characters of a result that a model is shown. */
const RESULT_CHARS = 60_000;
/** Largest text of a person that the journal keeps when a tool replaces it: bytes. */
const MAX_KEPT = 1_048_576;

/**
 * Uses a world tool once: what the journal holds of it is taken from there; a tool that may not be repeated and was cut off
 * has an unknown outcome, and the model is told so.
 */
export async function performAct(
  turn: Turn,
  resume: Resume,
  scene: Scene,
  use: { tool: WorldTool; value: unknown },
  call: ActCall,
  n: number,
  act: number,
): Promise<Result> {
  const key = { turn: turn.number, agent: resume.name, n, act };
  const known = turn.recorded.use(key);
  const used =
    known?.find((entry): entry is UsedEntry => entry.k === 'used') ??
    (await perform(turn, resume, scene, use, call, key, known !== undefined));
  for (const { path } of used.files) turn.live.add(path);
  apply(turn.state, used);
  if (used.shared) stageShared(turn, scene, used.shared);
  return { id: call.id, tool: call.tool, text: used.text, ok: used.ok };
}

async function perform(
  turn: Turn,
  resume: Resume,
  scene: Scene,
  { tool, value }: { tool: WorldTool; value: unknown },
  call: ActCall,
  key: { turn: number; agent: string; n: number; act: number },
  cutOff: boolean,
): Promise<UsedEntry> {
  const { journal, ports } = turn;
  if (!cutOff) journal.add({ k: 'use', ...key, tool: call.tool, input: call.input });
  if (tool.touches === 'once' && !cutOff) await journal.durable();
  const changes = noChanges();
  const result =
    tool.touches === 'once' && cutOff
      ? UNKNOWN
      : run(() =>
          tool.run(
            value,
            makeBox(ports.disk, resume, scene.given, (path) => scene.draft.wrote.get(path)?.text, changes),
          ),
        );
  const { replaced, ...made } = changes;
  for (const file of replaced) keepReplaced(turn, file);
  const used: UsedEntry = {
    k: 'used',
    ...key,
    ok: result.ok,
    text: turn.redact(result.text).slice(0, RESULT_CHARS),
    ...made,
  };
  journal.add(used);
  await journal.durable();
  for (const { release } of replaced) release();
  for (const event of lineEvents(used, turn.number)) ports.log?.(event);
  return used;
}

/**
 * A text that a person wrote in a workspace goes to the journal before it is gone. What is no text, or may still be written
 * by a program that holds it open, stays beside the new file.
 */
function keepReplaced({ state, journal, ports, number }: Turn, { path, bytes }: Changes['replaced'][number]): void {
  if (bytes === null) return;
  const hash = bytesHash(bytes);
  if (state.workspace.get(path) === hash) return;
  const aside = beside(path, 'aside');
  const isYoung = ports.clock.now() - (ports.disk.stat(aside)?.mtimeMs ?? 0) < YOUNG_MS;
  const text = isYoung ? null : textOf(bytes);
  if (text === null) linkNew(ports.disk, aside, `${path}.conflict-${number}`);
  else if (state.blobs.has(hash)) return;
  else {
    const entry = { k: 'blob' as const, hash, text };
    apply(state, entry);
    journal.add(entry);
  }
}

function textOf(bytes: Uint8Array): string | null {
  if (bytes.length > MAX_KEPT) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

const UNKNOWN = { ok: false, text: 'Outcome unknown: the engine was cut off while the tool ran. It was not repeated.' };

/** What goes wrong in a tool is its result; only the disk's own failures stop the engine. */
function run(call: () => { ok: boolean; text: string }): { ok: boolean; text: string } {
  try {
    return call();
  } catch (error) {
    if (error instanceof BoxRefusal) return { ok: false, text: `Refused (path): ${error.message}` };
    if (error instanceof DiskError && ['full', 'io', 'read-only', 'handles'].includes(error.failure)) throw error;
    return { ok: false, text: `The tool failed: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function stageShared(turn: Turn, scene: Scene, shared: { path: string; text: string }): void {
  const before = scene.draft.wrote.get(shared.path);
  const bytes = before ? null : turn.ports.disk.read(shared.path);
  const was = before ? before.was : bytes === null ? null : Buffer.from(bytes).toString();
  scene.draft.wrote.set(shared.path, { text: shared.text, was });
}
