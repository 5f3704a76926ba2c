import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as validateCommand from '../../src/commands/start/validate.ts';
import { buildOrg, Crash, FakeClock, MemoryDisk, type OrgPlan, planFiles } from '../../src/testing.ts';
import { checked } from '../commands/checked.ts';
import { inputOf, scratch, testWorld } from '../commands/world.ts';

const validate = checked(validateCommand);

const PLAN: OrgPlan = {
  name: 'acme',
  edges: { human: ['lead'], lead: ['worker', 'human'], worker: ['lead'] },
  rules: [{ when: { agent: 'worker' }, reply: { text: 'Done.' } }],
  credits: { agents: { lead: { grant: 1 } } },
  resumes: { worker: { role: 'Works', tools: ['read_file'] } },
  files: { 'agents/human/outbox/lead.md': 'Please begin.\n' },
};

it('is what the package names as lemming/testing', () => {
  const { exports } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    exports: Record<string, { types: string; default: string }>;
  };
  expect(exports['./testing']).toEqual({ types: './dist/types/testing.d.ts', default: './dist/testing.js' });
  expect(existsSync(new URL('../../src/testing.ts', import.meta.url))).toBe(true);
});

describe('an organisation from a plan', () => {
  it('is a good one, in any folder', async () => {
    const root = scratch();
    for (const [path, text] of planFiles(PLAN)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    const { data } = await validate(testWorld(root), inputOf());
    expect(data).toMatchObject({ ok: true, faults: [] });
  });

  it('is the same on a disk in memory', () => {
    const disk = new MemoryDisk();
    buildOrg(disk, PLAN);
    expect(disk.files()).toEqual(new Map([...planFiles(PLAN)].sort(([a], [b]) => (a < b ? -1 : 1))));
    expect(disk.list('agents')).toEqual(['human', 'lead', 'worker']);
  });

  it('adds the other end of every edge, a person named human, and nothing that was not asked for', () => {
    const files = planFiles({ edges: { human: ['a'] } });
    expect([...files.keys()]).toEqual([
      'org/org.yaml',
      'org/chart.yaml',
      'org/models.yaml',
      'org/credits.yaml',
      'agents/human/resume.md',
      'agents/a/resume.md',
    ]);
    expect(files.get('agents/human/resume.md')).toContain('person: true');
    expect(files.get('org/chart.yaml')).toMatch(/a:\n\s+send_to: \[\]\n\s+read_from:\n\s+- human/);
  });
});

describe('a disk in memory', () => {
  it('stops at the operation that a test chooses, and comes back with what was durable', () => {
    const disk = new MemoryDisk();
    disk.create('kept', 'synced');
    disk.syncFile('kept');
    disk.syncDir('');
    disk.create('lost', 'not synced');
    disk.plan = ({ name }) => (name === 'rename' ? 'crash-before' : 'go');
    expect(() => disk.rename('lost', 'moved')).toThrow(Crash);
    expect(() => disk.read('kept')).toThrow(Crash);
    expect([...disk.afterCrash(() => false).files()]).toEqual([['kept', 'synced']]);
    expect([...disk.afterCrash(() => true).files()]).toEqual([
      ['kept', 'synced'],
      ['lost', 'not synced'],
    ]);
  });

  it('fails and runs full as a test says, and lets people work in between', () => {
    const disk = new MemoryDisk();
    disk.plan = ({ bytes }) => (bytes > 3 ? 'full' : 'go');
    expect(() => disk.create('x', 'long')).toThrow(expect.objectContaining({ failure: 'full' }));
    disk.before = () => disk.put('note', 'of a person');
    disk.create('y', 'ok');
    expect(Buffer.from(disk.read('note') ?? []).toString()).toBe('of a person');
  });
});

describe('a clock of a test', () => {
  it('moves when somebody waits or a test advances it, in no real time', async () => {
    const clock = new FakeClock(1000);
    await clock.sleep(3_600_000);
    clock.advance(1);
    expect([clock.now(), clock.ticks()]).toEqual([3_601_001, 3_601_001]);
    await expect(clock.sleep(5, AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop');
    expect([clock.token(), clock.token()]).toEqual(['token-1', 'token-2']);
  });
});
