/** Lists the things of an organisation that shell completion offers. */
import type { Completable } from '../../commands/command.ts';
import type { Disk } from '../../disk/fs/disk.ts';
import { isName, isTaskId, messageId } from '../../schema/name.ts';

/** A candidate for completion, with a short description. */
export interface Candidate {
  value: string;
  about: string;
}

/** Messages that are offered, the newest ones; and files that are opened to find conversations. */
const OFFERED = 200;
const OPENED = 50;

/**
 * The things of a kind in an org. Reads names and little else. Only safe names are offered, because they are typed into a
 * shell.
 */
export function known(disk: Disk, kind: Completable): Candidate[] {
  switch (kind) {
    case 'agent':
      return namesIn(disk, 'agents', /^(.+)$/)
        .filter(isName)
        .map(plain);
    case 'unit':
      return namesIn(disk, 'org/units', /^(.+)\.md$/)
        .filter(isName)
        .map((name) => plain(`@${name}`));
    case 'model':
      return modelsIn(disk).map(plain);
    case 'skill':
      return ['org/skills', 'org/skills/_off'].flatMap((folder) =>
        namesIn(disk, folder, /^([a-z0-9]+(?:-[a-z0-9]+)*)$/).map(plain),
      );
    case 'tool':
      return namesIn(disk, 'org/tools', /^([a-z][a-z0-9_]*)$/).map(plain);
    case 'task':
      return namesIn(disk, 'org/tasks', /^(.+)\.md$/)
        .filter(isTaskId)
        .map(plain);
    case 'workflow':
      return namesIn(disk, 'org/workflows', /^(.+)\.yaml$/)
        .filter(isName)
        .map(plain);
    case 'goal':
      return namesIn(disk, 'org/goals', /^(.+)\.md$/)
        .filter(isName)
        .map(plain);
    case 'run':
      return namesIn(disk, 'org/runs', /^(.+)\.md$/)
        .filter(isName)
        .map(plain);
    case 'approval':
      return namesIn(disk, 'org/approvals', /^(A-\d+-[a-z][a-z0-9_-]*-\d+)\.md$/).map(plain);
    case 'dead-letter':
      return namesIn(disk, 'org/dead-letter', /^([A-Z]-\d+(?:-[a-z][a-z0-9_-]*)?-\d+)\.md$/).map(plain);
    case 'message':
      return mailIn(disk).map(({ id, about }) => ({ value: id, about }));
    case 'thread':
      return [
        ...new Set(
          mailIn(disk)
            .slice(0, OPENED)
            .flatMap(({ path }) => threadOf(disk, path)),
        ),
      ].map(plain);
    default:
      return [];
  }
}

function plain(value: string): Candidate {
  return { value, about: '' };
}

/** The names in a folder that match. */
function namesIn(disk: Disk, folder: string, pattern: RegExp): string[] {
  return (disk.list(folder) ?? []).flatMap((name) => pattern.exec(name)?.[1] ?? []);
}

/** Messages, the newest first; their subjects are in the names of their files. */
function mailIn(disk: Disk): { id: string; about: string; path: string }[] {
  const mail = known(disk, 'agent').flatMap(({ value: author }) => {
    const outbox = `agents/${author}/outbox`;
    const names = disk.stat(outbox)?.kind === 'folder' ? (disk.list(outbox) ?? []) : [];
    return names.flatMap((name) => {
      const [, turn, n, about] = /^(\d{6,})-(\d{2,})-([a-z0-9_-]+)\.md$/.exec(name) ?? [];
      if (turn === undefined || about === undefined) return [];
      return [{ id: messageId(Number(turn), author, Number(n)), about, path: `${outbox}/${name}`, turn: Number(turn) }];
    });
  });
  return mail.sort((a, b) => b.turn - a.turn).slice(0, OFFERED);
}

function threadOf(disk: Disk, path: string): string[] {
  const text = Buffer.from(disk.read(path) ?? []).toString('utf8', 0, 4000);
  return /^thread: ([A-Za-z0-9][\w.-]*)$/m.exec(text)?.slice(1) ?? [];
}

/** The keys below `models:`, as they are usually written. */
function modelsIn(disk: Disk): string[] {
  const text = Buffer.from(disk.read('org/models.yaml') ?? []).toString();
  return [...text.matchAll(/^ {2}([a-z][a-z0-9_-]*):/gm)].flatMap(([, name]) => name ?? []);
}
