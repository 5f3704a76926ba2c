import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as migrateCommand from '../../../src/commands/start/migrate.ts';
import * as validateCommand from '../../../src/commands/start/validate.ts';
import { checked } from '../checked.ts';
import { RELAY } from '../relay.ts';
import { faultsOf, inputOf, scratchOrg, testWorld, writtenIn } from '../world.ts';

const run = checked(migrateCommand);
const validate = checked(validateCommand);

const OLD = '# mine\r\nname: old   # the name\r\npurpose: x\r\n';

interface Migrated {
  dry_run: boolean;
  migrated: { file: string; from: number; to: number }[];
  backup: string | null;
}

async function migrate(root: string, flags: Record<string, boolean> = {}) {
  const { data, text } = await run(testWorld(root), inputOf({ flags }));
  return { ...(data as Migrated), text };
}

function oldOrg(): string {
  const root = scratchOrg(RELAY);
  writeFileSync(join(root, 'org/org.yaml'), OLD);
  return root;
}

describe('migrate', () => {
  it('has nothing to do in an organisation of today', async () => {
    const root = scratchOrg(RELAY);
    const before = writtenIn(root);
    expect(await migrate(root)).toMatchObject({ migrated: [], backup: null });
    expect(writtenIn(root)).toEqual(before);
  });

  it('adds the version, keeps comments and line ends, and keeps the old file', async () => {
    const root = oldOrg();
    expect((await validate(testWorld(root), inputOf())).exit).toBe(3);
    expect(await migrate(root)).toMatchObject({
      migrated: [{ file: 'org/org.yaml', from: 0, to: 1 }],
      backup: 'backups/1',
    });
    expect(readFileSync(join(root, 'org/org.yaml'), 'utf8')).toBe(OLD.replace('name:', 'version: 1\r\nname:'));
    expect(readFileSync(join(root, 'backups/1/org/org.yaml'), 'utf8')).toBe(OLD);
    expect((await validate(testWorld(root), inputOf())).exit).toBe(0);
    expect(await migrate(root)).toMatchObject({ migrated: [], backup: null });
  });

  it('numbers its backups', async () => {
    const root = oldOrg();
    await migrate(root);
    writeFileSync(join(root, 'org/org.yaml'), OLD);
    expect((await migrate(root)).backup).toBe('backups/2');
  });

  it('shows what it would do, and does not', async () => {
    const root = oldOrg();
    const before = writtenIn(root);
    expect(await migrate(root, { 'dry-run': true })).toMatchObject({
      dry_run: true,
      migrated: [{ file: 'org/org.yaml' }],
      backup: null,
    });
    expect(writtenIn(root)).toEqual(before);
  });

  it('changes nothing when one file cannot be migrated', async () => {
    const root = oldOrg();
    writeFileSync(join(root, 'org/credits.yaml'), 'version: 7\n');
    writeFileSync(join(root, 'org/chart.yaml'), 'agents: [\n');
    const before = writtenIn(root);
    expect((await faultsOf(migrate(root))).sort()).toEqual(['invalid-value', 'invalid-yaml']);
    expect(writtenIn(root)).toEqual(before);
  });
});
