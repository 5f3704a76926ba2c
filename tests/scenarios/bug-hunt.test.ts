// @module-tag bwrap
// @module-tag python3
import { beforeAll, expect, it } from 'vitest';
import type { Entry } from '../../src/core/model/entry.ts';
import { realDisk } from '../../src/disk/fs/real.ts';
import { journalLines } from '../../src/engine/journal/history.ts';
import { exists, lemming, textOf, turns, untilIdle } from '../commands/people/world.ts';
import { scratch } from '../commands/world.ts';
import { boxHere } from '../engine/tools/hands.ts';

let level = '';
beforeAll(async () => {
  level = await boxHere();
});

const PROGRAM = 'agents/fixer/workspace/total.sh';
const SKILL = 'agents/fixer/skills/read-every-line/SKILL.md';
const lines = (root: string): Entry[] => [...journalLines(realDisk(root))];
const told = (root: string) => lines(root).flatMap((line) => (line.k === 'used' ? [line.text] : []));
const mail = async (root: string) =>
  (await lemming(root, ['inbox', '--json'])).data.messages as { subject: string; body: string }[];

async function sound(root: string): Promise<void> {
  const { data } = await lemming(root, ['replay', '--recompute', '--json']);
  expect(data).toMatchObject({ identical: true, first_difference: null });
  expect((await lemming(root, ['verify', '--json'])).data).toMatchObject({ ok: true });
}

it('an agent mends a bug from end to end: looks, tests, edits, tests, remembers, proposes a skill, reports', async () => {
  const root = scratch();
  await lemming(root, ['bootstrap', '.', '--template', 'bug-hunt']);
  expect((await lemming(root, ['validate'])).exit).toBe(0);
  expect(textOf(root, PROGRAM)).toContain('amount; do');
  await turns(root, 1);
  const [names, program, test, red, edited, green, tried] = told(root);
  expect(names).toBe('test.sh\ntotal.sh');
  expect(program).toContain('while IFS=, read -r name amount; do');
  expect(test).toContain('check "no newline at the end"');
  expect(red).toMatch(/PASS two lines\nPASS no line at all\nFAIL no newline at the end: expected 5, got 2\n/);
  expect(red).toContain(`[exit 1; Sandbox: ${level}]`);
  expect(edited).toMatch(/^edited total\.sh at line 3/);
  expect(green).toMatch(/^PASS two lines\nPASS no line at all\nPASS no newline at the end\n/);
  expect(green).toContain(`[exit 0; Sandbox: ${level}]`);
  expect(tried).toContain(`both lines were read\n[exit 0; Sandbox: ${level}]\nThey pass.`);
  expect(textOf(root, PROGRAM)).toContain('read -r name amount || [ -n "$name" ]; do');
  expect(textOf(root, 'agents/fixer/memory/learned/last-line.md')).toContain(`[exit 0; Sandbox: ${level}]`);
  expect((await mail(root)).at(-1)).toMatchObject({ subject: 'Mended: total.sh' });

  const [held] = lines(root).filter((line) => line.k === 'held');
  const id = held?.id as string;
  expect((await mail(root)).at(-1)?.body).toContain(`lemming show ${id}`);
  const asked = textOf(root, `org/approvals/${id}.md`);
  for (const words of [
    'rule: held-tool',
    '    Loops of `read` leave out',
    'both lines were read',
    'A skill gives no rights.',
  ])
    expect(asked).toContain(words);
  expect(exists(root, SKILL)).toBe(false);
  await sound(root);

  await lemming(root, ['approve', id]);
  await lemming(root, ['send', 'fixer', 'Which skill have you learnt?']);
  await turns(root, 1);
  expect(exists(root, SKILL)).toBe(true);
  await lemming(root, ['send', 'fixer', 'Which skill have you learnt?']);
  await untilIdle(root);
  expect((await mail(root)).at(-1)?.body).toMatch(/^I have the skill:\n\nLoops of `read`/);
  await sound(root);

  const { steps } = (await lemming(root, ['undo', 'fixer', '--json'])).data as {
    steps: { on: string; why: string | null }[];
  };
  const files = steps.filter(({ on, why }) => why === null && on.startsWith('agents/')).map(({ on }) => on);
  expect(files).toEqual([
    'agents/fixer/skills/read-every-line/tests/run.sh',
    SKILL,
    'agents/fixer/memory/learned/last-line.md',
    PROGRAM,
  ]);
  await untilIdle(root);
  expect(textOf(root, PROGRAM)).toContain('amount; do');
  expect(exists(root, SKILL)).toBe(false);
  await sound(root);
});
