/** `lemming migrate`: brings configuration files up to date. */
import type { Disk } from '../../disk/fs/disk.ts';
import { isVersioned, migrateText, type VersionedKind } from '../../disk/yaml/migrate.ts';
import { readTree } from '../../disk/yaml/yaml-tree.ts';
import { type Fault, FaultError } from '../../schema/fault.ts';
import { kindOf } from '../../schema/kinds.ts';
import { count } from '../../views/text/table.ts';
import type { Definition, Run } from '../command.ts';
import { exactText, replaceExact } from '../own-files.ts';

export const command = {
  name: 'migrate',
  group: 'start',
  summary: 'Update configuration files to the version of this program; keep comments and make a backup',
  examples: [
    { line: 'lemming migrate --dry-run', does: 'lists the files that would change' },
    { line: 'lemming migrate', does: 'updates them and puts the old ones into backups/' },
  ],
  args: [],
  flags: [{ name: 'dry-run', about: 'only list the files that would change' }],
  reads: false,
  right: 'owner',
  output: (z) =>
    z.strictObject({
      dry_run: z.boolean(),
      migrated: z.array(z.strictObject({ file: z.string(), from: z.number(), to: z.number() })),
      backup: z.string().nullable(),
    }),
} as const satisfies Definition;

const BACKUPS = 'backups';

/** A file with its text before and after. */
interface MigratedFile {
  file: string;
  from: number;
  to: number;
  before: string;
  after: string;
}

export const run: Run<typeof command> = async (world, input) => {
  const disk = world.machine.disk(world.root);
  const changes = plan(disk);
  const dry = input.flags['dry-run'] === true;
  const backup = dry || changes.length === 0 ? null : carryOut(disk, changes);
  return {
    data: { dry_run: dry, migrated: changes.map(({ file, from, to }) => ({ file, from, to })), backup },
    text: print(changes, backup),
  };
};

/** All changes that are due. Before anything is written, throws the faults of all files that cannot be migrated. */
function plan(disk: Disk): MigratedFile[] {
  const changes: MigratedFile[] = [];
  const faults: Fault[] = [];
  for (const [file, kind] of versionedFiles(disk)) {
    const before = exactText(disk, file);
    if (before === null) continue;
    const done = migrateText(kind, before);
    if ('fault' in done) faults.push({ ...done.fault, file });
    else if (done.from !== done.to) changes.push({ file, from: done.from, to: done.to, before, after: done.text });
  }
  if (faults.length > 0) throw new FaultError(...(faults as [Fault, ...Fault[]]));
  return changes;
}

/** Files of the org that carry a version, with their kinds, including the scripts that models name. */
function versionedFiles(disk: Disk): Map<string, VersionedKind> {
  const files = new Map<string, VersionedKind>();
  for (const name of disk.list('org') ?? []) {
    const kind = kindOf(`org/${name}`);
    if (isVersioned(kind)) files.set(`org/${name}`, kind);
  }
  for (const script of scriptsOf(disk)) files.set(script, 'script');
  return files;
}

function scriptsOf(disk: Disk): string[] {
  const { data } = readTree(exactText(disk, 'org/models.yaml') ?? '', 'org/models.yaml');
  const models = Object.values((data as { models?: Record<string, { script?: unknown } | null> | null }).models ?? {});
  return models.flatMap((model) =>
    typeof model?.script === 'string' && /^org\/[^./][^/]*$/.test(model.script) ? [model.script] : [],
  );
}

/** Writes backups first, then the files. Returns the folder of the backups. */
function carryOut(disk: Disk, changes: readonly MigratedFile[]): string {
  const numbers = (disk.list(BACKUPS) ?? []).filter((name) => /^[1-9]\d{0,8}$/.test(name)).map(Number);
  const backup = `${BACKUPS}/${Math.max(0, ...numbers) + 1}`;
  for (const { file, before } of changes) {
    disk.create(`${backup}/${file}`, before);
    disk.syncFile(`${backup}/${file}`);
  }
  for (const { file, before, after } of changes) replaceExact(disk, file, before, after);
  return backup;
}

function print(changes: readonly MigratedFile[], backup: string | null): string {
  if (changes.length === 0) return 'Every file is up to date';
  const lines = changes.map(({ file, from, to }) => `${file}: version ${from} → ${to}`);
  if (backup === null)
    return [...lines, `${count(changes.length, 'file')} would change; nothing was written.`].join('\n');
  return [...lines, `The old files are in ${backup}/. To go back: cp -R ${backup}/. .`].join('\n');
}
