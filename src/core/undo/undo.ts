/** Carries the steps of an undo out as effects. */
import { copyWith } from '../../schema/copy.ts';
import { cut } from '../../schema/print.ts';
import { archiveMoves } from '../journal/files.ts';
import type { Effect, Entry, UndoEntry, UndoStep } from '../model/entry.ts';
import type { WorkUndo } from '../model/runs/runs.ts';
import type { Attachments } from '../model/state/mail.ts';
import type { State } from '../model/state.ts';
import { messageOf } from '../rights/recipients.ts';
import type { FileVersions } from '../tools/file-versions.ts';

/** Withdraws mail at the freeze, before anybody can be given it. Pure. */
export function withdrawals(state: State, lines: readonly Entry[]): Effect[] {
  const taken = new Set<string>();
  return lines.flatMap((line) =>
    line.k !== 'undo' ? [] : line.steps.flatMap((step) => withdraw(state, line.by, step, taken)),
  );
}

function withdraw(state: State, by: string, { id, on, mail: isMail }: UndoStep, taken: Set<string>): Effect[] {
  const mail = state.mail.waiting.get(on);
  if (!isMail || !mail || taken.has(on)) return [];
  taken.add(on);
  const nobodyHasIt = mail.waiting.length === mail.to.length;
  return [
    { k: 'withdrawn', id: on, by, to: [...mail.waiting] },
    { k: 'undone', id, by, on },
    ...(nobodyHasIt ? archiveMoves([mail.path, ...(mail.attachments ? filesIn(state, on) : [])]) : []),
  ];
}

/** What came with a message, in its own folder. */
function filesIn({ mail }: State, id: string): string[] {
  const { files } = mail.attached.get(id) as Attachments; // each message that names attachments has them, also of former rules
  return files.flatMap(({ path }) => (messageOf(path) ? [path] : []));
}

/**
 * Puts files back to what they were. What anybody wrote in this very turn stands: `written` as effects, `live` by tools.
 * The agents and the person are told. Pure.
 */
export function undoFiles(state: State, written: FileVersions, live: ReadonlySet<string>): Effect[] {
  const done = new Set<string>();
  const isTouched = (path: string): boolean => written.has(path) || live.has(path);
  return state.undo.undoing.flatMap((undo) => {
    const effects: Effect[] = [];
    const left: UndoStep[] = [];
    const undone: UndoStep[] = [];
    for (const step of undo.steps) {
      const why = step.why ?? refusal(step, done, isTouched) ?? barrier(step, written);
      if (why !== null) left.push(copyWith(step, { why }));
      else {
        effects.push(...putBack(undo.by, step));
        undone.push(step);
        done.add(`${step.id} ${step.on}`);
      }
    }
    return [...effects, ...tell(undo, undone, left), ...forRun(state, undo, left)];
  });
}

/** Times that a run tries to take the same back, when what was in the way may be gone in the next turn. */
const TRIES = 3;

/**
 * What a run is told of an undo that it wanted. What was undone before does not stand, and what was paid is no effect. Mail that
 * somebody has got cannot be taken back by anybody: it is named, and nothing has failed by it.
 */
function forRun({ runs, clock }: State, undo: UndoEntry, left: readonly UndoStep[]): Effect[] {
  const { key } = undo;
  if (key === undefined) return [];
  const stands = left.filter(({ on, gone, read }) => on !== '' && !gone && read === undefined);
  const mail = undo.steps.flatMap(({ on, read = [] }) => (read.length > 0 ? [`${on} (${read.join(', ')})`] : []));
  const isPassing = stands.some(({ why }) => (why as string).endsWith('in this turn'));
  const again = isPassing && (runs.undos.get(key) as WorkUndo).tries < TRIES;
  const texts = stands.map(({ id, on, why }) => cut(`${id} ${on} (${why})`, 500));
  const kept = mail.length > 0 ? { mail: mail.slice(0, NAMED) } : {};
  const line = { k: 'run-undone' as const, turn: clock.turn + 1, key, left: texts.slice(0, NAMED), ...kept };
  return [again ? copyWith(line, { again: true as const }) : line];
}

function refusal({ id, on }: UndoStep, done: ReadonlySet<string>, isTouched: (path: string) => boolean): string | null {
  if (done.has(`${id} ${on}`)) return 'already undone in this turn';
  return isTouched(on) ? 'changed in this turn' : null;
}

/** What blocks a step: what this turn wrote may be a folder where a file was, or the reverse. */
function barrier({ on, file }: UndoStep, written: FileVersions): string | null {
  const other = file?.text == null ? null : written.inTheWay(on);
  return other && `${other.path} was written in this turn`;
}

/** The effect that puts a file back; mail was withdrawn at the freeze. */
function putBack(by: string, { id, on, file }: UndoStep): Effect[] {
  return file
    ? [
        { k: 'wrote', agent: by, path: on, ...file },
        { k: 'undone', id, by, on },
      ]
    : [];
}

/** Things that a notice names at most, and its characters at most. */
const NAMED = 20;
const CHARS = 3000;

function tell({ of, by, key }: UndoEntry, undone: readonly UndoStep[], left: readonly UndoStep[]): Effect[] {
  const agents = [...new Set(undone.map(({ agent }) => agent))].filter((agent) => agent !== by);
  const notice = (to: string, text: string): Effect => ({ k: 'notice', to, about: 'undo', text: cut(text, CHARS) });
  const told = agents.map((agent) => {
    const own = undone.filter((step) => step.agent === agent).map(({ on }) => on);
    return notice(agent, `${by} undid what you did: ${named(own)}`);
  });
  if (key !== undefined) return told; // its run says what is left
  const whys = left.map(({ id, on, why }) => `${[id, on].filter(Boolean).join(' ')} (${why})`);
  const parts = [
    undone.length ? `undone: ${named(undone.map(({ id, on }) => `${id} ${on}`))}` : 'nothing was undone',
    whys.length ? `cannot be undone: ${named(whys)}` : '',
  ];
  return [...told, notice(by, `undo ${of}: ${parts.filter(Boolean).join('; ')}`)];
}

function named(things: readonly string[]): string {
  const more = things.length > NAMED ? ` and ${things.length - NAMED} more` : '';
  return `${things.slice(0, NAMED).join(', ')}${more}`;
}
