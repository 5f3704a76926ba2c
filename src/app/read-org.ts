/** Opens an organisation for reading, without a lock. */
import { emptyState, type State } from '../core/model/state.ts';
import { type FileMarks, readFileMarks } from '../disk/cache/file-marks.ts';
import type { KeptFiles } from '../disk/cache/kept.ts';
import type { ConfigReading } from '../disk/config/config.ts';
import { memoryFaults } from '../disk/config/memory.ts';
import type { Disk } from '../disk/fs/disk.ts';
import { lockHolder } from '../disk/fs/lock.ts';
import { Folder } from '../disk/intake/folder.ts';
import { ownerOf } from '../disk/owner/owner.ts';
import { type Loaded, load } from '../engine/journal/load.ts';
import { copyWith } from '../schema/copy.ts';
import { type Fault, FaultError, failure, fault } from '../schema/fault.ts';
import { forgetDeleted, MOST_BYTES } from './foresee.ts';
import { readFolder } from './look/config-cache.ts';
import type { OrgPlace } from './place.ts';
import { progressOf } from './place.ts';
import { personNamed } from './seats.ts';
import type { View } from './view.ts';

/**
 * Reads an org without a lock. `fresh`: a journal that has been read already, for a comparison; then nothing is kept. Throws
 * the faults of an unusable configuration, and like `personNamed` for a seat.
 */
export function readOrg(place: OrgPlace, fresh?: Loaded): View {
  const { machine, root, env } = place;
  const { clock } = machine;
  const disk = machine.disk(root);
  if (!disk.stat('org/org.yaml')) throw failure('no-org', `There is no org/org.yaml in ${root}`);
  const kept = machine.kept(root, env, disk);
  const loaded = fresh ?? load(disk, kept, undefined, { progress: progressOf(place) });
  forgetDeleted(disk, loaded.state);
  const read = readFolder(
    { disk, clock, env, owner: ownerOf(place), kept: fresh ? copyWith(kept, { write: () => null }) : kept },
    loaded.state,
  );
  if (!read.config) throw new FaultError(...(read.faults as [Fault, ...Fault[]]));
  const { seat } = place;
  if (seat) personNamed({ config: read.config, disk, state: loaded.state }, seat.person);
  return {
    disk,
    clock,
    kept,
    ...(seat && { seat }),
    sees: ({ from, to }) => !seat?.ownMail || from === seat.person || to.includes(seat.person),
    state: loaded.state,
    config: read.config,
    faults: read.faults,
    warnings: read.warnings,
    loaded,
    fileMarks: () => (fresh ? new Map() : marksOf(place, loaded)),
    mask: ownerOf(place).redact,
    running: lockHolder(disk, machine.host(root)),
  };
}

/** The marks that were kept for the state of this journal. */
export function marksOf(place: OrgPlace, { journal }: Loaded): FileMarks {
  const { machine, root, env } = place;
  const kept = machine.kept(root, env, machine.disk(root));
  return readFileMarks(kept, { seal: journal.head, secrets: ownerOf(place).secrets() });
}

/** All faults of the files that people write, whatever the journal holds; including files that cannot be read at all. */
export function checkFolder(place: OrgPlace): ConfigReading {
  const { machine, root, env } = place;
  const { clock } = machine;
  const disk = machine.disk(root);
  const kept = machine.kept(root, env, disk);
  const read = readFolder({ disk, kept, clock, env, owner: ownerOf(place) }, goneFrom(disk, kept));
  const most = read.config?.org.limits.message_bytes ?? MOST_BYTES;
  const inputs = new Folder(disk, clock, ownerOf(place).redact).tracked.changes(emptyState(), most);
  const unreadable = inputs.flatMap((input) => {
    if (input.k !== 'aside' || input.reason === 'malformed') return []; // a missing resume is reported with the configuration
    const code = input.reason === 'too-large' || input.reason === 'not-regular' ? input.reason : 'not-text';
    return [fault(code, UNREADABLE[code](most), { file: input.path })];
  });
  const entries = inputs.flatMap((input) => (input.k === 'file' ? memoryFaults(input.path, input.text ?? '') : []));
  const named = new Set(unreadable.map(({ file }) => file));
  return copyWith(read, {
    warnings: [...read.warnings, ...entries],
    faults: [...unreadable, ...read.faults.filter(({ code, file }) => code !== 'missing-file' || !named.has(file))],
  });
}

/** A state with only the agents that the journal has but the folder lacks, so that their absence is reported. */
function goneFrom(disk: Disk, kept: KeptFiles): State {
  const state = emptyState();
  try {
    for (const name of load(disk, kept).state.staff.absent.keys())
      if (disk.stat(`agents/${name}`) === null)
        state.staff.absent.set(name, { since: 0, why: 'The folder of the agent is missing.', out: true });
  } catch (error) {
    if (!(error instanceof FaultError)) throw error; // the journal is reported elsewhere
  }
  return state;
}

const UNREADABLE = {
  'too-large': (most: number) => `The file is larger than ${most} bytes, so it is not read`,
  'not-regular': () => 'This is not a regular file, so it is not read',
  'not-text': () => 'The file is not UTF-8 text, so it is not read',
};
