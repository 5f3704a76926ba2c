/** A text that changes whenever the status of an organisation may have changed. */
import { crc32 } from 'node:zlib';
import type { Disk } from '../fs/disk.ts';
import { marksOfKeys } from './owner-folder.ts';

/** What a fingerprint covers in addition to the files it finds itself. */
export interface Watched {
  /** People, whose outboxes and requests count. */
  people: readonly string[];
  /** Additional files, such as incoming mail. */
  paths: readonly string[];
  /** Additional folders all of whose files count. */
  folders: readonly string[];
  /** Environment. The variables of LeMMing, addresses of services, and which keys are set are part of the fingerprint. */
  env: Record<string, string | undefined>;
}

/** Identifies the state of a folder, and tells when it last changed. */
export interface Fingerprint {
  text: string;
  /** The latest modification time: milliseconds since 1970. */
  changedMs: number;
}

/** Folders all of whose files count. */
const FOLDERS = [
  'org/units',
  'org/goals',
  'org/contacts',
  'org/templates',
  'org/workflows',
  'org/mcp',
  'org/approvals',
];

/**
 * A text that changes whenever the status of the org may have changed. It covers the journal's end, the lock, everything that
 * people configure, their incoming mail and their requests. It reads names and marks, but no content. A second change within
 * one tick of the file system's clock is not seen, so keep only fingerprints that are older than that.
 */
export function fingerprint(disk: Disk, watched: Watched): Fingerprint {
  const found = new Findings(disk);
  found.journal();
  found.names('.lemming', (name) => name.startsWith('lock.'));
  found.files('org', (name) => name.endsWith('.yaml'));
  for (const folder of [...FOLDERS, ...watched.folders]) found.files(folder, () => true);
  for (const folder of ['org/skills', '.agents/skills']) found.folders(folder, 'SKILL.md');
  found.folders('org/tools', 'TOOL.md');
  found.mark('agents');
  for (const agent of found.names('agents', () => true)) {
    found.mark(`agents/${agent}/resume.md`);
    found.folders(`agents/${agent}/skills`, 'SKILL.md');
  }
  for (const person of watched.people)
    for (const folder of ['outbox', 'requests']) found.mark(`agents/${person}/${folder}`);
  for (const path of watched.paths) found.mark(path);
  const variables = Object.keys(watched.env).filter((name) =>
    /^LEMMING_|_BASE_URL$|_ENDPOINT$|^OLLAMA_HOST$/.test(name),
  );
  found.parts.push(...variables.sort().map((name) => `${name}=${watched.env[name]}`));
  const keys = Object.keys(watched.env).filter((name) => /_API_KEY$/.test(name) && watched.env[name]?.trim());
  const { marks, changedMs } = marksOfKeys(watched.env);
  found.parts.push(...keys.sort(), ...marks);
  found.changedMs = Math.max(found.changedMs, changedMs);
  return { text: found.parts.join('\n'), changedMs: found.changedMs };
}

class Findings {
  readonly parts: string[] = [];
  changedMs = 0;
  private readonly disk: Disk;

  constructor(disk: Disk) {
    this.disk = disk;
  }

  /** All files of the journal as one number, so that an edited file is noticed. */
  journal(): void {
    let sum = 0;
    for (const [name, { mark, mtimeMs }] of this.disk.look('org/journal') ?? []) {
      sum = crc32(`${name} ${mark}\n`, sum);
      this.changedMs = Math.max(this.changedMs, mtimeMs);
    }
    this.parts.push(`journal ${sum}`);
  }

  names(folder: string, wanted: (name: string) => boolean): string[] {
    const names = (this.disk.list(folder) ?? []).filter(wanted);
    this.parts.push(folder, ...names);
    return names;
  }

  files(folder: string, wanted: (name: string) => boolean): void {
    this.mark(folder);
    for (const name of this.names(folder, wanted)) this.mark(`${folder}/${name}`);
  }

  /** Skills and tools: each folder is represented by one file in it. */
  folders(folder: string, file: string): void {
    if (this.disk.stat(folder) === null) return;
    for (const id of this.names(folder, () => true)) this.mark(`${folder}/${id}/${file}`);
  }

  mark(path: string): void {
    const stat = this.disk.stat(path);
    this.parts.push(stat?.mark ?? '-');
    if (stat && stat.mtimeMs > this.changedMs) this.changedMs = stat.mtimeMs;
  }
}
