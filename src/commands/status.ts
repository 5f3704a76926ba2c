import { type Clock, realClock } from '../disk/clock.ts';
import { type Disk, DiskError } from '../disk/disk.ts';
import { fingerprint } from '../disk/fingerprint.ts';
import { realHost } from '../disk/host.ts';
import { lockHolder } from '../disk/lock.ts';
import { realDisk } from '../disk/real.ts';
import { printStatus, type Status } from '../views/status.ts';
import type { Command, Run, World } from './command.ts';

export const command: Command = {
  name: 'status',
  group: 'look',
  summary: 'Show how the organisation and each agent is',
  examples: [
    { line: 'lemming status', does: 'shows state, health, unread mail, credits, and why an agent is due or not' },
    { line: 'lemming status --json', does: 'the same as one JSON object' },
  ],
  args: [],
  flags: [],
  reads: true,
};

/** The last status beside what it was made from: delete it and nothing is lost. */
interface Kept {
  version: number;
  fingerprint: string;
  people: string[];
  paths: string[];
  data: Status;
}
const KEPT = '.lemming/status.json';
const VERSION = 1;

/** Prints from the kept status when nothing has changed since; only else is anything heavy loaded. */
export const run: Run = async (world) => {
  const disk = realDisk(world.root);
  const status = keptStatus(disk, realClock, world.env) ?? (await freshStatus(world, disk, realClock));
  const engine = lockHolder(disk, realHost(world.root));
  const data = engine ? { ...status, state: 'running' as const, engine } : status;
  return { data, text: printStatus(data) };
};

function keptStatus(disk: Disk, clock: Clock, env: World['env']): Status | null {
  const kept = readKept(disk);
  if (kept?.version !== VERSION) return null;
  return fingerprint(disk, clock, { people: kept.people, paths: kept.paths, env }) === kept.fingerprint ? kept.data : null;
}

/** What cannot be read is as good as absent: it is made anew. */
function readKept(disk: Disk): Kept | null {
  try {
    const bytes = disk.read(KEPT);
    return bytes && (JSON.parse(Buffer.from(bytes).toString()) as Kept);
  } catch (error) {
    if (error instanceof DiskError || error instanceof SyntaxError) return null;
    throw error;
  }
}

async function freshStatus(world: World, disk: Disk, clock: Clock): Promise<Status> {
  const [{ foresee, personOf, readOrg }, { peopleOf }, { statusOf }] = await Promise.all([
    import('../engine/open.ts'),
    import('../core/settle.ts'),
    import('../views/status.ts'),
  ]);
  const view = readOrg(world);
  const people = peopleOf(view.config);
  const paths = people.flatMap((person) => dropsOf(disk, person, view.state.own.get(person)));
  const print = () => fingerprint(disk, clock, { people, paths, env: world.env });
  const before = print();
  await foresee(view);
  const data = statusOf(view.config, view.state, personOf(view.config), [...view.faults, ...view.warnings]);
  if (before !== null && view.running === null && before === print())
    keep(disk, { version: VERSION, fingerprint: before, people, paths, data });
  return data;
}
