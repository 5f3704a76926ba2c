import type { Clock } from './clock.ts';
import type { Disk, Stat } from './disk.ts';

/** What a fingerprint looks at beyond what it finds itself. */
export interface Watched {
  /** People, whose outboxes and requests count. */
  people: readonly string[];
  /** Further files that count, such as drops. */
  paths: readonly string[];
  /** LEMMING_* variables in force. */
  env: Record<string, string | undefined>;
}

/** Folders of configuration, file by file. */
const FOLDERS = ['org/units', 'org/goals', 'org/contacts', 'org/templates'];
/** A modification time so near to now may stand for a second change too, on clocks of coarse grain: milliseconds. */
const GRAIN_MS = 50;

/**
 * A text that changes whenever the status of the org may have changed: the journal's end, the lock, everything people
 * configure, and what they dropped or asked. Reads names and marks, no content. null while something is so young that a
 * second change could go unseen.
 */
export function fingerprint(disk: Disk, clock: Clock, watched: Watched): string | null {
  const found = new Found(disk, clock.now() - GRAIN_MS);
  found.journal();
  found.names('.lemming', (name) => name.startsWith('lock.'));
  found.files('org', (name) => name.endsWith('.yaml'));
  for (const folder of FOLDERS) found.files(folder);
  for (const agent of found.names('agents')) found.mark(`agents/${agent}/resume.md`);
  for (const person of watched.people) found.desk(person);
  for (const path of watched.paths) found.mark(path);
  const variables = Object.keys(watched.env).filter((name) => name.startsWith('LEMMING_'));
  return found.text(variables.sort().map((name) => `${name}=${watched.env[name]}`));
}

class Found {
  private readonly disk: Disk;
  private readonly before: number;
  private readonly parts: string[] = [];
  private young = false;

  constructor(disk: Disk, before: number) {
    this.disk = disk;
    this.before = before;
  }

  /** The last file of the journal; it only grows. */
  journal(): void {
    const last = this.disk.list('org/journal')?.findLast((name) => name.endsWith('.jsonl'));
    if (last !== undefined) this.mark(`org/journal/${last}`);
  }

  names(folder: string, wanted: (name: string) => boolean = () => true): string[] {
    const names = (this.disk.list(folder) ?? []).filter(wanted);
    this.parts.push(folder, ...names);
    return names;
  }

  files(folder: string, wanted?: (name: string) => boolean): void {
    for (const name of this.names(folder, wanted)) this.mark(`${folder}/${name}`);
  }

  mark(path: string): Stat | null {
    const stat = this.disk.stat(path);
    if (stat && stat.mtimeMs > this.before) this.young = true;
    this.parts.push(stat?.mark ?? '-');
    return stat;
  }

  /** A person's outbox by its own mark, because it grows; their requests by name. */
  desk(person: string): void {
    this.mark(`agents/${person}/outbox`);
    this.names(`agents/${person}/requests`);
  }

  text(more: readonly string[]): string | null {
    return this.young ? null : [...this.parts, ...more].join('\n');
  }
}
