/** Reads and writes the files in the owner's folder. */
import fs from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import * as z from 'zod';
import { type Keymap, keymapFile } from '../../schema/config/keymap.ts';
import { defined } from '../../schema/copy.ts';
import { type Fault, failure, fault } from '../../schema/fault.ts';
import { later } from '../../schema/later.ts';
import { failureOf } from '../fs/real.ts';
import { decode } from '../yaml/codec.ts';
import { readYaml } from '../yaml/yaml.ts';
import { readEnv } from './env-file.ts';
import { isOpen, type OwnerFolder, putFile } from './owner-folder.ts';

/** The largest file of the owner that is read, in bytes. */
export const MOST_BYTES = 1_048_576;
/** Permission bits that let group or others read or write. */
const OPEN_BITS = 0o066;
/** Permission bits that let group or others write. */
const WRITE_BITS = 0o022;

/** `secrets.yaml`: the command that prints each secret. */
const secretsFile = later(() =>
  z.strictObject({
    version: z.literal(1),
    secrets: z.record(
      z.string().regex(/^[a-z][a-z0-9_-]*$/),
      z.strictObject({ run: z.array(z.string().min(1)).min(1), env: z.array(z.string()).default([]) }),
    ),
  }),
);
export type SecretsFile = z.infer<ReturnType<typeof secretsFile>>;

/** `trust.yaml`: what the owner approved, by hash. `what` and `time` are for people. */
const approval = later(() =>
  z.strictObject({
    kind: z.enum(['command', 'plugin', 'tool', 'server', 'key', 'network', 'condition']),
    what: z.string(),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    time: z.string(),
  }),
);
const trustFile = later(() => z.strictObject({ version: z.literal(1), approved: z.array(approval()) }));
export type TrustRow = z.infer<ReturnType<typeof approval>>;

/** The content of a file: null if it is absent or unusable. */
export interface OwnerFile<T> {
  value: T | null;
  faults: Fault[];
}

/** The current content of a file of the owner. It is read again only if it changed. */
export type Live<T> = () => OwnerFile<T>;

/** The variables in `.env`. An invalid line is a fault; the others count. */
export function liveEnv(folder: OwnerFolder | null): Live<ReadonlyMap<string, string>> {
  return live(folder, '.env', (text, file) => readEnv(text, file), 'read');
}

/** `secrets.yaml`. It determines which programs run, so it is ignored if others can write it. */
export function liveSecrets(folder: OwnerFolder | null): Live<SecretsFile> {
  return live(folder, 'secrets.yaml', (text, file) => quiet(readYaml(secretsFile(), text, file)), 'refuse');
}

/** The approvals in `trust.yaml`, which is ignored if others can write it. */
export function liveTrust(folder: OwnerFolder | null): Live<readonly TrustRow[]> {
  const read = (text: string, file: string): OwnerFile<readonly TrustRow[]> => {
    const { value, faults } = quiet(readYaml(trustFile(), text, file));
    return { value: value?.approved ?? null, faults };
  };
  return live(folder, 'trust.yaml', read, 'refuse');
}

/** `keys.yaml` as it stands now: keys for these actions of the terminal screen. */
export function readKeymap(folder: OwnerFolder | null, actions: Iterable<string>): OwnerFile<Keymap> {
  return live(folder, 'keys.yaml', (text, file) => readYaml(keymapFile(actions), text, file), 'read')();
}

/** The exact text of a file; '' if it is absent. Throws `not-text`. */
export function ownersText(folder: OwnerFolder, name: string): string {
  const file = path.join(folder.path, name);
  if (!fs.existsSync(file)) return '';
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(fs.readFileSync(file));
  } catch {
    throw failure('not-text', 'The file is not UTF-8 text', { file: `${folder.label}/${name}` });
  }
}

/** Replaces `trust.yaml` atomically, readable only by the owner. */
export function writeTrust(folder: OwnerFolder, approved: readonly TrustRow[]): void {
  const note = '# What lemming trust approved on this machine.\n';
  putFile(folder, 'trust.yaml', `${note}${stringify({ version: 1, approved }, { lineWidth: 0 })}`);
}

/** Files in the org that look like the owner's keys. They are not read there, and could be given away by mistake. */
export function strayFaults(root: string, folder: OwnerFolder | null): Fault[] {
  return ['.env', 'org/.env', 'secrets.yaml', 'org/secrets.yaml']
    .filter((name) => fs.lstatSync(path.join(root, name), { throwIfNoEntry: false }))
    .map((name) =>
      fault('exposed', `${name} is inside the organisation, so LeMMing does not read it`, {
        file: name,
        remedy: `Move it to ${folder?.label ?? 'the folder that LEMMING_HOME names'}, where agents and archives cannot reach it.`,
      }),
    );
}

/** A fault if others can write into the folder. */
export function folderFaults(folder: OwnerFolder | null): Fault[] {
  const stat = folder && fs.statSync(folder.path, { throwIfNoEntry: false });
  if (!folder || !stat || !isOpen(stat.mode, WRITE_BITS)) return [];
  return [fault('exposed', `Other users can write to ${folder.label}`, { remedy: 'Remove their access: chmod 700.' })];
}

const ABSENT = { value: null, faults: [] };

/** `whenOpen`: whether a file counts although others can write it. */
function live<T>(
  folder: OwnerFolder | null,
  name: string,
  parse: (text: string, file: string) => OwnerFile<T>,
  whenOpen: 'read' | 'refuse',
): Live<T> {
  if (!folder) return () => ABSENT;
  const file = path.join(folder.path, name);
  const label = `${folder.label}/${name}`;
  let mark: string | null = null;
  let known: OwnerFile<T> = ABSENT;
  return () => {
    try {
      const now = markOf(fs.statSync(file, { bigint: true, throwIfNoEntry: false }));
      if (now === mark) return known;
      const { bytes, stat } = now === null ? { bytes: null, stat: null } : readRegular(file);
      known = bytes && stat ? found(bytes, stat, label, parse, whenOpen) : ABSENT;
      mark = stat && markOf(stat);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? String(error);
      mark = null;
      known = {
        value: null,
        faults: [fault('disk-error', `LeMMing cannot read this file (${failureOf(code)})`, { file: label })],
      };
    }
    return known;
  };
}

function found<T>(
  bytes: Uint8Array,
  stat: fs.BigIntStats,
  label: string,
  parse: (text: string, file: string) => OwnerFile<T>,
  whenOpen: 'read' | 'refuse',
): OwnerFile<T> {
  const decoded = decode(bytes, MOST_BYTES, label);
  if ('fault' in decoded) return { value: null, faults: [decoded.fault] };
  const mode = Number(stat.mode);
  if (whenOpen === 'refuse' && isOpen(mode, WRITE_BITS))
    return {
      value: null,
      faults: [fault('exposed', 'Other users can write this file, so it is ignored', { file: label })],
    };
  const { value, faults } = parse(decoded.text, label);
  const open = isOpen(mode, OPEN_BITS) ? [fault('exposed', 'Other users can read this file', { file: label })] : [];
  return { value, faults: [...open, ...faults] };
}

/** Reads a regular file, also through a link; never blocks on a pipe. Reads no more than the limit. */
export function readRegular(file: string): { bytes: Uint8Array; stat: fs.BigIntStats } {
  const fd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  try {
    const stat = fs.fstatSync(fd, { bigint: true });
    if (!stat.isFile()) throw new Error('not a regular file');
    const bytes = Buffer.alloc(Math.min(Number(stat.size), MOST_BYTES + 1));
    return { bytes: bytes.subarray(0, fs.readSync(fd, bytes, 0, bytes.length, 0)), stat };
  } finally {
    fs.closeSync(fd);
  }
}

function markOf(stat: fs.BigIntStats | undefined): string | null {
  return stat ? `${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}` : null;
}

/** The faults without the values they quote, which could be secrets. */
function quiet<T>({ value, faults }: OwnerFile<T>): OwnerFile<T> {
  return {
    value,
    faults: faults.map(({ code, remedy, file, line, column }) =>
      fault(code, 'The value or the syntax here is wrong', {
        remedy,
        ...defined({ file, line, column }),
      }),
    ),
  };
}
