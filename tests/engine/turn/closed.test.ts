import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { realDisk } from '../../../src/disk/fs/real.ts';
import { buildOrg } from '../../../src/testing/build-org.ts';
import { programOf } from '../../program.ts';
import type { Came, Step } from './closed-child.ts';

/** Whom the child works as where this process is root, whom no mode stops: nobody. */
const NOBODY = 65_534;

/** An organisation that belongs to somebody who is not root, with all folders of `b`. */
function office(): string {
  const root = fs.mkdtempSync(path.join(tmpdir(), 'closed-'));
  onTestFinished(() => fs.rmSync(root, { recursive: true, force: true }));
  buildOrg(realDisk(root), {
    edges: { human: ['a', 'b'], a: ['b'], b: ['a'] },
    rules: [
      {
        when: { agent: 'a', from: 'human' },
        reply: { acts: [{ tool: 'send_message', input: { to: 'b', body: 'Hi.' } }] },
      },
    ],
    files: {
      'agents/b/memory/k.md': '---\nkey: k\n---\nWhat b knows.\n',
      'agents/b/workspace/x.txt': 'x',
      'agents/b/skills/s/SKILL.md': '---\nname: s\ndescription: d\n---\nDo.\n',
    },
  });
  for (const folder of [
    'a/outbox',
    'b/outbox/archive',
    'b/memory/learned',
    'b/requests',
    'b/logs',
    'human/outbox',
    'human/requests',
  ])
    fs.mkdirSync(path.join(root, 'agents', folder), { recursive: true });
  if (process.getuid?.() === 0) own(root);
  return root;
}

/** A path of the organisation. */
function place(root: string, file: string): string {
  return path.join(root, file);
}

function own(file: string): void {
  fs.chownSync(file, NOBODY, NOBODY);
  if (fs.statSync(file).isDirectory()) for (const name of fs.readdirSync(file)) own(path.join(file, name));
}

/** What came of each turn; a text tells that the engine stopped. */
function play(root: string, steps: Step[]): (Came | string)[] {
  const who = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  const argv = [programOf(path.join(import.meta.dirname, 'closed-child.ts')), root, JSON.stringify(steps)];
  const { stdout, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8', timeout: 60_000, ...who });
  expect(stderr).toBe('');
  return JSON.parse(stdout) as (Came | string)[];
}

const PARTS = ['', '/outbox', '/memory', '/workspace', '/requests', '/logs', '/skills'].map(
  (part) => `agents/b${part}`,
);
const mode = (of: string, mode: number): Step => ({ of, mode });
const ask = (drop: string): Step[] => [
  { drop, to: 'a' },
  { drop: `${drop}-b`, to: 'b' },
];

describe('a folder of an agent that this program may not use', () => {
  it.each([0, 0o555])('sets that agent aside while it works, and it works on when it may (mode %o)', (closed) => {
    const steps = PARTS.flatMap((part, n): Step[] => [
      ...ask(`x${n}`),
      mode(part, closed),
      'turn',
      mode(part, 0o755),
      'turn',
      'turn',
    ]);
    const came = play(office(), steps) as Came[];
    for (const [n, part] of PARTS.entries()) {
      const [shut, open] = came.slice(3 * n);
      expect(shut, part).toMatchObject({
        visited: ['a'],
        faults: [expect.stringContaining(`cannot read or write ${part}`)],
      });
      expect(open, part).toMatchObject({ visited: ['b'], faults: [] });
    }
  });

  it.each([0, 0o555])('sets it aside at the start, too (mode %o)', (closed) => {
    const steps = PARTS.flatMap((part, n): Step[] => [
      mode(part, closed),
      'restart',
      ...ask(`x${n}`),
      'turn',
      mode(part, 0o755),
      'turn',
      'turn',
    ]);
    const came = play(office(), steps) as Came[];
    for (const [n, part] of PARTS.entries())
      expect(came.slice(3 * n, 3 * n + 2), part).toMatchObject([{ visited: ['a'] }, { visited: ['b'] }]);
  });

  it.each([
    'agents/b/skills/s',
    'agents/b/skills/s/SKILL.md',
    'agents/b/memory/learned',
    'agents/b/memory/k.md',
    'agents/b/outbox/archive',
    'agents/b/workspace/x.txt',
  ])('stops nobody when it lies deeper: %s', (path) => {
    const root = office();
    const open = fs.statSync(place(root, path)).isDirectory() ? 0o755 : 0o644;
    const came = play(root, [
      ...ask('x'),
      mode(path, 0),
      'turn',
      'restart',
      ...ask('y'),
      'turn',
      mode(path, open),
      ...ask('z'),
      'turn',
    ]);
    expect(came.at(0)).toMatchObject({ visited: expect.arrayContaining(['a']) });
    expect(came.at(1)).toMatchObject({ visited: expect.arrayContaining(['a']) });
    expect(came.at(2)).toMatchObject({ visited: expect.arrayContaining(['a', 'b']) });
  });

  it('its resume as well, at the first start', () => {
    const resume = 'agents/b/resume.md';
    const came = play(office(), [mode(resume, 0), 'restart', ...ask('x'), 'turn', mode(resume, 0o644), 'turn']);
    expect(came).toMatchObject([{ visited: ['a'], faults: [expect.stringContaining(resume)] }, { visited: ['b'] }]);
  });

  it('of the person: agents work on', () => {
    const came = play(office(), [
      ...ask('x'),
      'turn',
      mode('agents/human', 0),
      'turn',
      mode('agents/human', 0o755),
      ...ask('y'),
      'turn',
    ]);
    expect(came).toMatchObject([{ visited: ['a', 'b'] }, { visited: ['b'] }, { visited: ['a', 'b'] }]);
  });
});
