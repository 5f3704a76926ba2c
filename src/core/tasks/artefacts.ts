/** The files that come with the result of a task: copies, which whoever gets the result may read. */
import type { Resume } from '../../schema/config/resume.ts';
import { shownText } from '../mail/attachments.ts';
import { carryFiles, isTooLarge } from '../mail/carried.ts';
import { isPersonIn } from '../model/config.ts';
import type { Attached } from '../model/entry.ts';
import { isOpen, type ResultFile, type Task, type TasksState } from '../model/state/tasks.ts';
import type { State } from '../model/state.ts';
import type { ActContext, Staged } from '../model/tool.ts';
import { permitPath } from '../model/tool-path.ts';
import { TASKS } from './file.ts';

/** Most characters of all files of one task, in Base64: 4 MiB. */
const MOST_IN_ALL = (4_194_304 * 4) / 3;

/** Whose shared files count. */
type FileReader = Pick<Resume, 'name' | 'shared'>;

/** Where the files of a task lie. */
export function artefactsFolder(id: string): string {
  return `${TASKS}${id}.files`;
}

export function archivedArtefactsFolder(id: string): string {
  return `${TASKS}archive/${id}.files`;
}

/** The copies, how the reader of a report finds the files, and whether strangers wrote one of them. */
export interface CarriedArtefacts {
  files: Attached[];
  shown: string[];
  told: string;
  tainted: boolean;
}

/** Copies the files that a task made. What is too large for that and lies in `shared/` stays there. */
export function carryArtefacts(
  scene: ActContext,
  { id, by }: Pick<Task, 'id' | 'by'>,
  paths: readonly string[],
): CarriedArtefacts | Extract<Staged, { ok: false }> {
  const left = paths.filter((path) => staysShared(scene, path));
  const folder = artefactsFolder(id);
  const carried = carryFiles(
    paths.filter((path) => !left.includes(path)),
    folder,
    scene,
  );
  if ('ok' in carried) return carried;
  const { files, names, tainted } = carried;
  if (files.reduce((sum, { data }) => sum + data.length, 0) > MOST_IN_ALL)
    return { ok: false, rule: 'size', text: 'The files have more than 4 MiB together. Name only those that matter.' };
  const place = isPersonIn(scene.config, by) ? folder : `attachments/${id}`;
  const told = names.length ? ` Whoever gets its result can read ${names.join(', ')}.` : '';
  return { files, shown: [...names.map((name) => `${place}/${name}`), ...left], told, tainted };
}

function staysShared(scene: ActContext, path: string): boolean {
  if (!withoutDot(path).startsWith('shared/')) return false;
  const file = scene.attach(path);
  return 'data' in file && isTooLarge(file);
}

/** Notes the files of a task that was completed. */
export function noteArtefacts({ tasks }: State, id: string, files: readonly Attached[]): void {
  const isShown = isAwaited(tasks, id);
  const placed = files.map((file): ResultFile => {
    const { path, from = '' } = file;
    const name = path.slice(path.lastIndexOf('/') + 1);
    const text = isShown ? shownText(file) : null;
    return {
      name,
      path,
      ...(text === null ? {} : { text }),
      ...(from.startsWith('org/shared/') ? { shared: from.slice('org/'.length) } : {}),
    };
  });
  tasks.files.set(id, placed);
}

/** The texts of files that no open task needs any more are shown no more. */
export function forgetArtefacts({ tasks }: State, { id, needs }: Pick<Task, 'id' | 'needs'>): void {
  for (const one of [...needs, ...(tasks.children.get(id) ?? [])]) {
    const found = tasks.files.get(one);
    if (!found?.some(({ text }) => text !== undefined) || isAwaited(tasks, one)) continue;
    tasks.files.set(one, found.map(withoutText));
  }
}

function withoutText({ text: _, ...file }: ResultFile): ResultFile {
  return file;
}

/** Whether an open task needs the result of this one, or has it as a part. */
export function isAwaited({ all, dependants }: TasksState, id: string): boolean {
  return [all.get(id)?.parent ?? '', ...(dependants.get(id) ?? [])].some((one) => isOpen(all.get(one)));
}

/** How an agent finds the files of a task: where they lie in `shared/`, if it may read there, else by the id of the task. */
export function filesShownTo(tasks: TasksState, resume: FileReader, { id, artefacts }: Task): string[] {
  const files = tasks.files.get(id);
  if (!files) return artefacts;
  const copied = new Set(files.map((file) => file.shared));
  const left = artefacts.map(withoutDot).filter((path) => path.startsWith('shared/') && !copied.has(path));
  return [...files.map((file) => placeFor(resume, id, file)), ...left];
}

/** The paths of the org at which files of a task stayed, because they were too large to be copied. */
export function stayedShared({ artefacts }: Pick<Task, 'artefacts'>, files: readonly Attached[]): string[] {
  return artefacts
    .map(withoutDot)
    .filter((path) => path.startsWith('shared/'))
    .map((path) => `org/${path}`)
    .filter((path) => files.every(({ from }) => from !== path));
}

function withoutDot(path: string): string {
  return path.replace(/^\.\//, '');
}

/** The path by which an agent reads a file of a task. */
export function placeFor(resume: FileReader, id: string, { name, shared }: ResultFile): string {
  return shared !== undefined && permitPath(resume, shared).ok ? shared : `attachments/${id}/${name}`;
}
