import { readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { exists, lemming, put, turns } from '../../commands/people/world.ts';
import { scratchOrg } from '../../commands/world.ts';
import { ownedEnv } from '../../home.ts';

const LONG_AGO = new Date(2020, 1, 1);

/** Three tasks in files that are old enough for their marks to hold. */
async function org(): Promise<string> {
  const root = scratchOrg({ edges: { human: ['a'], a: ['human'] } });
  for (const id of ['x', 'y', 'z']) {
    put(root, `org/tasks/${id}.md`, `---\ntitle: Task ${id}\nstatus: pending\ncapability: none\n---\nDo it.\n`);
    utimesSync(join(root, `org/tasks/${id}.md`), LONG_AGO, LONG_AGO);
  }
  await turns(root, 2, ownedEnv(root));
  for (const id of ['x', 'y', 'z']) utimesSync(join(root, `org/tasks/${id}.md`), LONG_AGO, LONG_AGO);
  await turns(root, 1, ownedEnv(root));
  return root;
}

/** Another text of the same length. `secretly`: the mark of the file stays as it was. */
function change(root: string, id: string, secretly: boolean): void {
  const file = join(root, `org/tasks/${id}.md`);
  const { atime, mtime } = statSync(file);
  writeFileSync(file, readFileSync(file, 'utf8').replace(`Task ${id}`, `TASK ${id}`));
  if (secretly) utimesSync(file, atime, mtime);
}

const titles = async (root: string): Promise<string[]> => {
  const { data } = await lemming(root, ['task', 'list', '--json']);
  return data.tasks.map(({ title }: { title: string }) => title);
};

describe('marks of files that were kept', () => {
  it('save the next process from reading what did not change', async () => {
    const root = await org();
    expect(exists(root, '.lemming/files.marks')).toBe(true);
    change(root, 'x', true);
    change(root, 'y', false);
    expect(await titles(root)).toEqual(['Task x', 'TASK y', 'Task z']);
    await turns(root, 1, ownedEnv(root));
    expect(readFileSync(join(root, 'org/tasks/y.md'), 'utf8')).toMatch(/human: .*title/);
    expect(readFileSync(join(root, 'org/tasks/x.md'), 'utf8')).not.toMatch(/human: .*title/);
  });

  it('count for nothing where every byte is to be checked', async () => {
    const root = await org();
    change(root, 'x', true);
    await lemming(root, ['run', '--turns', '1', '--verify']);
    expect(readFileSync(join(root, 'org/tasks/x.md'), 'utf8')).toContain('TASK x');
    expect(readFileSync(join(root, 'org/tasks/x.md'), 'utf8')).toMatch(/human: .*title/);
  });
});

describe('the list that was printed last', () => {
  it('is printed again, in each form, until something changes', async () => {
    const root = await org();
    const forms = [['--json'], [], ['--status', 'completed'], ['--ready', '--json']];
    const all = async () => {
      const told: string[] = [];
      for (const form of forms)
        for (const _twice of [1, 2]) told.push((await lemming(root, ['task', 'list', ...form])).out);
      return told;
    };
    await vi.waitFor(async () => {
      await titles(root); // what changed just now does not prove itself unchanged, so the first answers may not be kept
      expect(exists(root, '.lemming/tasks.json')).toBe(true);
    });
    const first = await all();
    for (let i = 0; i < first.length; i += 2) expect(first[i + 1]).toBe(first[i]);
    expect(first[4]).toBe('No tasks.\n');
    change(root, 'y', false);
    expect((await all()).join('\n')).toBe(first.join('\n').replaceAll('Task y', 'TASK y'));
  });

  it('follows tasks that are made, what people ask, and what the engine does', async () => {
    const root = await org();
    const statuses = async () =>
      (await lemming(root, ['task', 'list', '--json'])).data.tasks.map((task: { status: string }) => task.status);
    expect(await statuses()).toEqual(['pending', 'pending', 'pending']);
    await lemming(root, ['task', 'cancel', 'x']);
    expect(await statuses()).toEqual(['cancelled', 'pending', 'pending']);
    await lemming(root, ['task', 'create', 'Another']);
    expect(await statuses()).toHaveLength(4);
    await turns(root, 1, ownedEnv(root));
    expect(await statuses()).toEqual(expect.arrayContaining(['cancelled']));
    put(root, 'org/tasks/bad.md', '---\ntitle: [\n---\n');
    expect((await lemming(root, ['task', 'list'])).out).toContain('Not taken: org/tasks/bad.md');
    expect((await lemming(root, ['verify', '--deep', '--json'])).exit).toBe(0);
  });
});
