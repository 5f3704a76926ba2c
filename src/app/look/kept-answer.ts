/**
 * Keeps the answer of a reading command with a fingerprint of everything it depends on. Whoever asks again loads neither the
 * state nor a configuration. It loads little itself.
 */
import { RULES } from '../../core/journal/rules.ts';
import type { KeptFiles } from '../../disk/cache/kept.ts';
import { GRAIN_MS } from '../../disk/fs/clock.ts';
import { type Disk, DiskError } from '../../disk/fs/disk.ts';
import { fingerprint, type Watched } from '../../disk/owner/fingerprint.ts';
import type { OrgPlace } from '../place.ts';

/** Which answer: the file in `.lemming/`, the version of its data, and folders whose files it depends on besides. */
export interface AnswerKind {
  file: string;
  version: number;
  folders?: readonly string[];
}

/** What else it depends on, as `Watched` says. */
type Depends = Pick<Watched, 'people' | 'paths'>;

interface KeptAnswer {
  version: number;
  rules: number;
  fingerprint: string;
  on: Depends;
  data: unknown;
}

/** An org, and what is kept of it. */
interface Kept {
  disk: Disk;
  kept: KeptFiles;
  env: OrgPlace['env'];
}

export function keptIn({ machine, root, env }: OrgPlace): Kept {
  const disk = machine.disk(root);
  return { disk, kept: machine.kept(root, env, disk), env };
}

/** The answer that was kept, if nothing has changed since; else null. */
export function keptAnswer({ disk, kept, env }: Kept, { file, version, folders = [] }: AnswerKind): unknown {
  const found = kept.read(file);
  const answer = found && (JSON.parse(found.bytes.toString()) as KeptAnswer);
  if (answer?.version !== version || answer.rules !== RULES) return null;
  const { people, paths } = answer.on;
  return fingerprint(disk, { people, paths, env, folders }).text === answer.fingerprint ? answer.data : null;
}

/**
 * Keeps an answer. `since`: when it began to be made, in milliseconds since 1970; what changed later than that, or just before,
 * may not be in it, so then it is not kept. Nor is it in a folder that cannot be written.
 */
export function keepAnswer(
  { disk, kept, env }: Kept,
  kind: AnswerKind,
  on: Depends,
  since: number,
  data: unknown,
): void {
  const { file, version, folders = [] } = kind;
  const { text, changedMs } = fingerprint(disk, { ...on, env, folders });
  if (changedMs >= since - GRAIN_MS) return;
  const answer: KeptAnswer = { version, rules: RULES, fingerprint: text, on, data };
  try {
    kept.write(file, '', JSON.stringify(answer));
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
  }
}
