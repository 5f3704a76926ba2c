/** `lemming reset`: deletes mail, memory, credits or tasks, after a backup. */
import { packOrg } from '../../app/archive.ts';
import { backupPath } from '../../app/exclusive.ts';
import { readOrg } from '../../app/read-org.ts';
import { withEngine } from '../../app/run-engine.ts';
import { personOf } from '../../app/seats.ts';
import type { Disk } from '../../disk/fs/disk.ts';
import { removeFiles, treeOf } from '../../disk/fs/tree.ts';
import { isReset, type Scope } from '../../engine/replay/journal-files.ts';
import { failure } from '../../schema/fault.ts';
import { barFor } from '../bar.ts';
import type { Definition, Run } from '../command.ts';
import { confirm, YES } from '../confirm.ts';
import type { World } from '../world.ts';

const SCOPES: Record<Scope, string> = {
  mail: 'all mail, dead letters and approvals',
  memory: 'the memory of every agent',
  credits: 'all spending, top-ups and calls in doubt',
  tasks: 'all tasks and runs',
  all: 'mail, memory, credits and tasks',
};

const SCOPE_NAMES = ['mail', 'memory', 'credits', 'tasks', 'all'] as const satisfies Scope[];

export const command = {
  name: 'reset',
  group: 'keep',
  summary: 'Delete mail, memory, credits or tasks, and start again; make a backup first',
  examples: [
    { line: 'lemming reset --scope mail --yes', does: 'empties all outboxes, and says how to get the mail back' },
    {
      line: 'lemming reset --scope all --yes',
      does: 'keeps only the agents and their configuration',
    },
  ],
  args: [],
  flags: [{ name: 'scope', value: 'SCOPE', choices: SCOPE_NAMES, about: 'what to delete' }, YES],
  reads: false,
  right: 'owner',
  output: (z) => z.strictObject({ scope: z.string(), archive: z.string(), removed: z.number(), restore: z.string() }),
} as const satisfies Definition;

export const run: Run<typeof command> = async (world, input) => {
  const { scope } = input.flags;
  if (scope === undefined) throw failure('usage', 'Say what to delete: --scope mail, memory, credits, tasks or all');
  await confirm(world, input, `This deletes ${SCOPES[scope]}. A backup is made first.`);
  const { archive, removed } = await reset(world, scope);
  const restore = `lemming restore ${archive} --yes`;
  return {
    data: { scope, archive, removed, restore },
    text: `${SCOPES[scope][0]?.toUpperCase()}${SCOPES[scope].slice(1)}: reset, ${removed} files removed.\nThe backup is ${archive}. To go back: ${restore}`,
  };
};

/** Backup, then the journal's line, then the files. After a crash in between, another reset does the rest. */
async function reset(place: World, scope: Scope): Promise<{ archive: string; removed: number }> {
  const by = personOf(readOrg(place));
  return withEngine(place, 'reset', async (engine, clock) => {
    const disk = place.machine.disk(place.root);
    const archive = backupPath(disk, 'reset', engine.state.clock.turn, '/org.tgz');
    disk.mkdir(archive.slice(0, archive.lastIndexOf('/')));
    packOrg(disk, `${place.root}/${archive}`, { told: barFor(place, 'files') });
    engine.post([{ k: 'request', time: clock.now(), request: { ask: 'reset', by, scope, archive } }]);
    return { archive, removed: removeScope(disk, scope) };
  });
}

/** Removes the files of a scope; folders for incoming mail stay. */
function removeScope(disk: Disk, scope: Scope): number {
  const { files, others } = treeOf(disk, ['agents', 'org']);
  const paths = [...files, ...others].filter((path) => isReset(scope, path));
  removeFiles(disk, paths, (folder) => /^(agents\/[^/]+(\/(outbox|memory))?|org(\/[^/]+)?)$/.test(folder));
  return paths.length;
}
