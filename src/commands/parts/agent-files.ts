/** Reads and writes folders with which agents are passed on. */
import { basename, dirname } from 'node:path';
import type { View } from '../../app/view.ts';
import type { NewFile } from '../../core/model/entry.ts';
import type { Disk } from '../../disk/fs/disk.ts';
import { isLeftover, treeOf } from '../../disk/fs/tree.ts';
import { decode } from '../../disk/yaml/codec.ts';
import { FaultError, failure } from '../../schema/fault.ts';
import { isName } from '../../schema/name.ts';
import { request } from '../../schema/records/request.ts';
import { agentTemplates, packageDisk } from '../templates.ts';
import type { World } from '../world.ts';

/** The part of an agent's folder that is passed on: who it is and what it knows, but not its mail, work or logs. */
const GIVEN = /^(resume\.md|(skills|memory)\/.+)$/;
/** The most files and bytes of an agent's folder. */
const MOST_FILES = 500;
const MOST_BYTES = 5_000_000;

/** Copies a template that ships with LeMMing, and those it extends, into an org that has none with that name. */
export function lendTemplate(world: World, disk: Disk, id: string): boolean {
  const text = agentTemplates(packageDisk(world)).get(id);
  const path = `org/templates/${id}.md`;
  if (text === undefined || disk.stat(path)) return false;
  disk.create(path, text);
  const base = /^extends: (\S+)$/m.exec(text)?.[1];
  if (base !== undefined) lendTemplate(world, disk, base);
  return true;
}

/** Writes the part of an agent that is passed on into a new folder, with known secrets masked. Returns the number of files. */
export function writeFolder({ machine }: World, { disk, mask }: View, name: string, target: string): number {
  const out = machine.disk(dirname(target));
  if (out.stat(basename(target)))
    throw failure('refused', `${target} already exists`, { remedy: 'Choose another folder.' });
  const files = textsIn(disk, `agents/${name}`);
  out.mkdir('');
  for (const { path, text } of files) out.create(`${basename(target)}/${path}`, mask(text));
  return files.length;
}

/** The texts of a folder that a person imports. Throws if it contains links, is too large, or has no resume. */
export function folderFiles({ machine }: World, folder: string): { name: string; files: NewFile[] } {
  const name = basename(folder);
  const files = textsIn(machine.disk(dirname(folder)), name);
  if (files[0]?.path !== 'resume.md') throw failure('missing-file', 'The folder has no resume.md', { file: folder });
  return { name, files };
}

/** `resume.md` first, then the others by path. */
function textsIn(disk: Disk, folder: string): NewFile[] {
  const path = (whole: string): string => whole.slice(folder.length + 1);
  const tree = treeOf(
    disk,
    ['resume.md', 'skills', 'memory'].map((part) => `${folder}/${part}`),
    (one) => isLeftover(basename(one)),
  );
  if (tree.others[0] !== undefined)
    throw failure('not-regular', 'The folder of an agent may contain only files and folders, no links', {
      file: tree.others[0],
    });
  const bytes = tree.files.reduce((sum, file) => sum + (disk.stat(file)?.size ?? 0), 0);
  if (tree.files.length > MOST_FILES || bytes > MOST_BYTES)
    throw failure(
      'too-large',
      `The folder of an agent may contain at most ${MOST_FILES} files and ${MOST_BYTES} bytes`,
      {
        file: folder,
      },
    );
  const files = tree.files
    .filter((file) => GIVEN.test(path(file)))
    .map((file) => ({ path: path(file), text: textOf(disk, file) }));
  return files.sort((a, b) => Number(b.path === 'resume.md') - Number(a.path === 'resume.md'));
}

function textOf(disk: Disk, path: string): string {
  const decoded = decode(disk.read(path) ?? new Uint8Array(), MOST_BYTES, path);
  if ('fault' in decoded) throw new FaultError(decoded.fault);
  return decoded.text;
}

/** If a resume contains its name, that becomes the new one. */
function renamed(text: string, name: string): string {
  const end = text.indexOf('\n---', 3);
  return text.slice(0, end).replace(/^name: .*$/m, `name: ${name}`) + text.slice(end);
}

/** The files for a request, under the agent's new name, limited to those that belong to an agent. */
export function checkFiles({ mask }: View, name: string, files: readonly NewFile[]): NewFile[] {
  const named = files.map(({ path, text }) => ({
    path,
    text: mask(path === 'resume.md' ? renamed(text, name) : text),
  }));
  const parsed = request().safeParse({
    ask: 'hire',
    by: '',
    agent: name,
    files: named,
    send_to: [],
    read_from: [],
    credits: 0,
  });
  if (parsed.success && isName(name)) return named;
  throw failure('too-large', `${name} has too many or too large files`, { file: name });
}
