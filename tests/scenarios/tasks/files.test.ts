import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lemming, put, turns, untilIdle } from '../../commands/people/world.ts';
import { scratchOrg } from '../../commands/world.ts';

/** The agents begin no work while the tests look. */
const AWAY = { schedule: { every: 1000, offset: 999 } };

function org(files: Record<string, string>): string {
  const root = scratchOrg({ edges: { human: ['a', 'b'], a: ['human'], b: ['human'] }, resumes: { a: AWAY, b: AWAY } });
  for (const [id, text] of Object.entries(files)) put(root, `org/tasks/${id}.md`, text);
  return root;
}

const read = (root: string, id: string): string => readFileSync(join(root, `org/tasks/${id}.md`), 'utf8');
const edit = (root: string, id: string, from: string, to: string): void =>
  put(root, `org/tasks/${id}.md`, read(root, id).replace(from, to));

describe('files that a person writes into org/tasks', () => {
  const PLAN = {
    schema: '---\ntitle: Design the schema   # for users\nassignee: a\n---\nTables.\n',
    api: '---\ntitle: Build the api\nneeds: [schema]\n---\nThe API.\n',
  };

  it('become tasks with a history, and keep their text', async () => {
    const root = org(PLAN);
    await turns(root, 1);
    expect(read(root, 'schema')).toBe(
      '---\ntitle: Design the schema   # for users\nassignee: a\nstatus: assigned\n---\nTables.\n\n## History\n\n- 1.2 human: created, assigned to a\n',
    );
    expect(read(root, 'api')).toContain('- 1.1 human: created\n');
    expect((await lemming(root, ['replay'])).exit).toBe(0);
  });

  it('fail and skip what needs them, and bring it back when they are retried', async () => {
    const root = org(PLAN);
    await turns(root, 1);
    edit(root, 'schema', 'status: assigned', 'status: failed');
    await turns(root, 1);
    expect(read(root, 'api')).toMatch(/status: skipped\nreason: "upstream:schema"/);
    edit(root, 'schema', 'status: failed', 'status: pending');
    await turns(root, 1);
    expect(read(root, 'schema')).toContain('status: assigned');
    expect(read(root, 'api')).toContain('status: pending');
    expect((await lemming(root, ['replay', '--recompute'])).exit).toBe(0);
  });

  it('are put back where they break the rules, and what was written is kept beside them', async () => {
    const root = org(PLAN);
    await turns(root, 1);
    const before = read(root, 'api');
    edit(root, 'api', '- 1.1 human: created', '- 1.1 human: never');
    const written = read(root, 'api');
    rmSync(join(root, 'org/tasks/schema.md'));
    await turns(root, 1);
    expect(read(root, 'api')).toBe(before);
    expect(read(root, 'schema')).toContain('Design the schema');
    const kept = readdirSync(join(root, 'org/tasks')).filter((name) => name.includes('.conflict-'));
    expect(kept).toEqual(['api.md.conflict-2']);
    expect(readFileSync(join(root, 'org/tasks', kept[0] as string), 'utf8')).toBe(written);
    expect((await lemming(root, ['inbox'])).out).toContain('its history can only be added to');
    expect((await lemming(root, ['replay'])).exit).toBe(0);
  });

  it('are set aside one by one where they cannot be read or may not be', async () => {
    const root = org({
      ...PLAN,
      broken: '---\ntitle: [\n---\n',
      circle: '---\ntitle: X\nneeds: [circle]\n---\n',
      'T-1-a-1': '---\ntitle: X\n---\n',
      'a b': '---\ntitle: X\n---\n',
    });
    await turns(root, 1);
    expect(read(root, 'api')).toContain('## History');
    const { out } = await lemming(root, ['inbox']);
    for (const word of ['broken.md', 'circle → circle', 'made by the engine', 'cannot be the id'])
      expect(out).toContain(word);
    expect(existsSync(join(root, 'org/tasks/broken.md'))).toBe(true);
    await turns(root, 1);
    expect((await lemming(root, ['replay'])).exit).toBe(0);
  });
});

it('a file that was set aside keeps no run going, and is taken in when it is mended', async () => {
  const root = org({ broken: '---\ntitle: [\n---\n' });
  expect(await untilIdle(root)).toHaveLength(1);
  expect(await untilIdle(root)).toEqual([]);
  put(root, 'org/tasks/broken.md', '---\ntitle: Mended\nassignee: human\n---\n');
  expect(await untilIdle(root)).toHaveLength(1);
  expect(read(root, 'broken')).toContain('status: assigned');
  expect(await untilIdle(root)).toEqual([]);
});

it('a run counts the tasks that ended in it and those that are open, and ends with 1 when one failed', async () => {
  const root = scratchOrg({
    edges: { human: ['a'], a: ['human'] },
    rules: [
      { when: { task: 'good' }, reply: { acts: [{ tool: 'complete_task', input: { result: 'Done.' } }] } },
      { when: { task: 'bad' }, reply: { acts: [{ tool: 'fail_task', input: { reason: 'No.' } }] } },
    ],
  });
  put(root, 'org/tasks/x.md', '---\ntitle: Good\n---\n');
  put(root, 'org/tasks/y.md', '---\ntitle: Good, later\nassignee: human\n---\n');
  const good = await lemming(root, ['run', '--until-idle', '--json']);
  expect(good.exit).toBe(0);
  expect(good.data.tasks).toEqual({ completed: 1, failed: 0, skipped: 0, cancelled: 0, open: 1 });
  put(root, 'org/tasks/z.md', '---\ntitle: Bad\nretries: 0\n---\n');
  put(root, 'org/tasks/after.md', '---\ntitle: After\nneeds: [z]\n---\n');
  const bad = await lemming(root, ['run', '--until-idle']);
  expect(bad.exit).toBe(1);
  expect(bad.out).toContain('Tasks: 1 failed, 1 skipped, 1 open\n');
});
