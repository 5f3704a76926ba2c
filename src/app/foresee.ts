/** Finds what people changed in the folder since the last freeze, and what the next freeze will make of it. */

import { unanswer } from '../core/approvals/reducer.ts';
import { apply } from '../core/journal/apply.ts';
import { forgetDead } from '../core/mail/former-dead-letters.ts';
import type { Config } from '../core/model/config.ts';
import type { Entry, InputEntry } from '../core/model/entry.ts';
import { copyTasks } from '../core/model/state/tasks.ts';
import type { State } from '../core/model/state.ts';
import { TASKS, taskPath } from '../core/tasks/file.ts';
import { taskEffects } from '../core/tasks/frozen.ts';
import type { Toolbox } from '../core/turn/judge.ts';
import type { Disk } from '../disk/fs/disk.ts';
import { Folder } from '../disk/intake/folder.ts';
import { ownerOf } from '../disk/owner/owner.ts';
import { load } from '../engine/journal/load.ts';
import type { IntakeStep } from '../engine/turn/intake.ts';
import { intake } from '../engine/turn/intake.ts';
import { copyWith } from '../schema/copy.ts';
import type { Fault } from '../schema/fault.ts';
import type { Request } from '../schema/records/request.ts';
import type { TasksAhead } from '../views/screen/snapshot.ts';
import type { OrgPlace } from './place.ts';
import type { View } from './view.ts';

/** What is wrong with mail that waits in people's outboxes. */
export function faultyDrops(place: OrgPlace, config: Config): Fault[] {
  const { machine, root, env } = place;
  const disk = machine.disk(root);
  const { state } = load(disk, machine.kept(root, env, disk));
  return new Folder(disk, machine.clock, ownerOf(place).redact).drops.faulty(
    state,
    config,
    config.org.limits.message_bytes,
  );
}

/**
 * The ids of dead letters of set-aside files that somebody has deleted since: they need nobody any more. Files that never
 * stood there still do.
 */
export function deletedSince(disk: Disk, state: State): string[] {
  return [...state.dead.astray].flatMap(([path, ids]) => {
    const deleted = ids.filter((id) => state.dead.letters.get(id)?.reason !== 'unplaced');
    return deleted.length > 0 && state.dead.aside.get(path) !== 'gone' && disk.stat(path) === null ? deleted : [];
  });
}

/** Removes them from a state for readers; the state of an engine follows its journal alone. True when there were any. */
export function forgetDeleted(disk: Disk, state: State): boolean {
  const deleted = deletedSince(disk, state);
  for (const id of deleted) forgetDead(state, id);
  return deleted.length > 0;
}

/**
 * The org as its next freeze will find it: incoming mail and waiting requests are taken into the view's state. A file that
 * is being written counts as it stands.
 */
export async function foresee(view: View): Promise<void> {
  const { state, config, disk, loaded, clock } = view;
  if (loaded.unfinished) return;
  const folder = new Folder(disk, copyWith(clock, { now: () => clock.now() + LONG_AGO_MS }), view.mask);
  const moment = { turn: state.clock.turn + 1, time: state.clock.time };
  const take = (entries: readonly Entry[], step: IntakeStep): void => {
    for (const entry of entries)
      if (entry.k !== 'aside') apply(state, entry);
      else if (step === 'answers') unanswer(state, entry.path);
  };
  await intake({ disk, folder, state, config, toolbox: NO_TOOLS }, moment, take, { wanted: WAITING });
}

/** A file in `org/tasks/` that the next freeze will not take as it stands, and why. */
export interface UnfitFile {
  path: string;
  why: string;
}

/**
 * The tasks as the next freeze will have them: files that people wrote and what they asked are taken into the view's state.
 * What it cannot take is returned.
 */
export async function foreseeTasks(view: View): Promise<UnfitFile[]> {
  const { state, config, disk, loaded, clock } = view;
  if (loaded.unfinished) return [];
  const folder = new Folder(disk, copyWith(clock, { now: () => clock.now() + LONG_AGO_MS }), view.mask);
  folder.recall(view.fileMarks());
  const moment = { turn: state.clock.turn + 1, time: state.clock.time };
  const lines: Entry[] = [];
  const take = (entries: readonly Entry[]): void => {
    for (const entry of entries) if (entry.k !== 'aside') apply(state, entry);
    lines.push(...entries);
  };
  await intake({ disk, folder, state, config, toolbox: NO_TOOLS }, moment, take, { wanted: ['requests', 'tasks'] });
  for (const effect of taskEffects(config, state, moment.turn, lines))
    if (effect.k === 'task' || effect.k === 'task-asked') apply(state, effect);
  return unfitIn(lines);
}

function unfitIn(lines: readonly Entry[]): UnfitFile[] {
  return lines.flatMap((line) => {
    if (line.k === 'aside' && line.path.startsWith(TASKS)) return { path: line.path, why: line.detail };
    return line.k === 'task-file' && line.refused !== undefined ? { path: taskPath(line.id), why: line.refused } : [];
  });
}

/** The tasks as the next freeze will have them, for a state that stays as it is. `lines`: what it finds. */
export function tasksAhead(config: Config, state: State, lines: readonly Entry[]): TasksAhead & { news: Entry[] } {
  const turn = state.clock.turn + 1;
  const own = lines.filter((line) => line.k === 'task-file' || (line.k === 'request' && isOfTasks(line.request)));
  const unfit = unfitIn(lines);
  if (own.length === 0 && taskEffects(config, state, turn, []).length === 0)
    return { tasks: state.tasks, texts: state.files.texts, unfit, files: 0, news: [] };
  const files = copyWith(state.files, { texts: new Map(state.files.texts) });
  const ahead: State = copyWith(state, { tasks: copyTasks(state.tasks), files });
  for (const line of own) apply(ahead, line);
  const effects = taskEffects(config, ahead, turn, own).filter(({ k }) => k === 'task' || k === 'task-asked');
  for (const effect of effects) apply(ahead, effect);
  const taken = own.filter(({ k }) => k === 'task-file').length;
  return { tasks: ahead.tasks, texts: files.texts, unfit, files: taken, news: [...own, ...effects] };
}

function isOfTasks({ ask }: Request): boolean {
  return ask === 'task' || ask === 'archive-tasks';
}

const WAITING: readonly IntakeStep[] = ['requests', 'answers', 'drops'];

/** These steps need no tools, and loading them takes long. */
const NO_TOOLS: Toolbox = new Map();

/** Changes of files that people write, since the last freeze. */
export function folderChanges({
  disk,
  clock,
  state,
  mask,
}: Pick<View, 'disk' | 'clock' | 'state' | 'mask'>): InputEntry[] {
  return new Folder(disk, clock, mask).tracked.changes(state, MOST_BYTES);
}

export const MOST_BYTES = 1_048_576;

/** Faults in the files of `org/approvals/`, as they stand. */
export function faultyAnswers({ state, config, disk, clock, mask }: View): Fault[] {
  const folder = new Folder(disk, clock, mask);
  return folder.approvals.faulty(state, config, config.org.limits.message_bytes);
}

const LONG_AGO_MS = 60_000;
