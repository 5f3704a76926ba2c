// @module-tag bwrap
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../../../src/core/model/call.ts';
import { exists, lemming, office, put, textOf, turns, untilIdle } from '../../commands/people/world.ts';
import { boxHere, sh } from '../../engine/tools/hands.ts';
import type { Act } from '../../regression/org.ts';

beforeAll(boxHere);

const write = (path: string, content: string): Act => ({ tool: 'write_file', input: { path, content } });
const remember = (key: string, text: string): Act => ({ tool: 'remember', input: { key, text } });
const send = (to: string, body: string): Act => ({ tool: 'send_message', input: { to, body } });

/** An organisation in which coder does the acts of the n-th list in turn n. */
function doing(...turnsOf: Act[][]): string {
  return office({
    edges: { human: ['coder'], coder: ['human', 'boss'], boss: ['human'] },
    credits: { agents: { coder: { grant: 10 } } },
    resumes: {
      coder: {
        tools: ['shell', 'write_file', 'read_file', 'remember', 'forget', 'propose_skill'],
        shared: ['.'],
        schedule: { when: 'always' },
      },
    },
    rules: turnsOf.map((acts, i) => ({ when: { agent: 'coder', turn: i + 1, call: 1 }, reply: { acts } })),
  });
}

const WORK = 'agents/coder/workspace';
const MEMORY = 'agents/coder/memory';
const undo = async (root: string, of: string) => (await lemming(root, ['undo', of, '--json'])).data;
const whys = (data: { steps: { id: string; why: string | null }[] }) => data.steps.map(({ why }) => why);
const sound = async (root: string) => {
  const { data } = await lemming(root, ['replay', '--recompute', '--json']);
  expect(data).toMatchObject({ identical: true, first_difference: null });
};
const noticesOf = async (root: string) => (await lemming(root, ['inbox', '--json'])).out;

describe('scenario 45: undo', () => {
  it('of a turn puts files, memory and shared files back, newest first, and lists what it cannot', async () => {
    const root = doing(
      [write('a.txt', 'one'), remember('plan', 'First.'), write('shared/s.txt', 'one')],
      [
        write('a.txt', 'two'),
        write('a.txt', 'three'),
        write('new.txt', 'new'),
        remember('plan', 'Second.'),
        write('shared/s.txt', 'two'),
        sh('rm new.txt; echo x > made.txt; printf "a\\377" > bytes; (printf "\\377"; head -c 70000 /dev/zero) > large'),
        sh('true'),
      ],
    );
    await turns(root, 2);
    const before = await lemming(root, ['undo', '2', '--dry-run', '--json']);
    expect(before.data.taken).toBe(null);
    const data = await undo(root, '2');
    expect(data).toMatchObject({ of: '2', taken: 'journaled' });
    expect(data.steps).toEqual(before.data.steps);
    expect(data.steps.map(({ id, on, why }: Record<string, string>) => [id, on, why])).toEqual([
      ['E-2-coder-8', 'org/shared/s.txt', null],
      ['E-2-coder-7', `${MEMORY}/plan.md`, null],
      ['E-2-coder-6', '', expect.stringContaining('shell was used once')],
      ['E-2-coder-5', `${WORK}/made.txt`, null],
      ['E-2-coder-5', `${WORK}/large`, expect.stringContaining('too large')],
      ['E-2-coder-5', `${WORK}/bytes`, null],
      ['E-2-coder-5', `${WORK}/new.txt`, null],
      ['E-2-coder-3', `${WORK}/new.txt`, null],
      ['E-2-coder-2', `${WORK}/a.txt`, null],
      ['E-2-coder-1', `${WORK}/a.txt`, null],
      ['coder', '', expect.stringContaining('2 calls cost 0.02 credits')],
    ]);
    expect(textOf(root, `${WORK}/a.txt`)).toBe('three');
    await untilIdle(root);
    expect(textOf(root, `${WORK}/a.txt`)).toBe('one');
    expect(exists(root, `${WORK}/made.txt`)).toBe(false);
    expect(exists(root, `${WORK}/new.txt`)).toBe(false);
    expect([exists(root, `${WORK}/bytes`), exists(root, `${WORK}/large`)]).toEqual([false, true]);
    expect(textOf(root, 'org/shared/s.txt')).toBe('one');
    expect(textOf(root, `${MEMORY}/plan.md`)).toContain('First.');
    expect(await noticesOf(root)).toContain('undo 2: undone: E-2-coder');
    await sound(root);

    const again = await undo(root, '2');
    expect(again.taken).toBe(null);
    expect(whys(again).filter((why) => why?.includes('already undone in turn 3'))).toHaveLength(8);
    await turns(root, 1);
    expect((await lemming(root, ['show', '4.coder'])).out).toContain('human undid what you did');
    await sound(root);
  });

  it('puts back what is no text, byte by byte, and takes that back as well', async () => {
    const root = doing(
      [sh('printf "a\\377" > bytes; printf "b\\376" > gone; echo text > both')],
      [sh('printf "c\\375" > bytes; rm gone; printf "d\\374" > both; printf "e\\373" > new'), sh('echo more > both')],
    );
    const bytesOf = (name: string) =>
      exists(root, `${WORK}/${name}`) ? readFileSync(join(root, WORK, name), 'hex') : null;
    const all = () => ['bytes', 'gone', 'both', 'new'].map(bytesOf);
    await turns(root, 1);
    const before = all();
    await turns(root, 1);
    const after = all();
    expect(before).toEqual(['61ff', '62fe', '746578740a', null]);
    expect(after).toEqual(['63fd', null, '6d6f72650a', '65fb']);
    expect(whys(await undo(root, '2')).filter((why) => why !== null && !why.includes('cost'))).toEqual([]);
    await untilIdle(root);
    expect(all()).toEqual(before);
    await sound(root);
    const { data } = await lemming(root, ['undo', '3.human', '--json']);
    expect(whys(data).every((why) => why === null)).toBe(true);
    await untilIdle(root);
    expect(all()).toEqual(after);
    await sound(root);
    expect((await lemming(root, ['verify', '--json'])).data).toMatchObject({ ok: true });
  });

  it('never overwrites what a later effect or a person changed since', async () => {
    const root = doing(
      [write('a.txt', 'one'), write('b.txt', 'one'), remember('plan', 'First.')],
      [write('a.txt', 'two'), remember('plan', 'Second.')],
    );
    await turns(root, 2);
    put(root, `${WORK}/b.txt`, 'mine');
    const data = await undo(root, '1.coder');
    expect(whys(data)).toEqual([
      'changed since in turn 2 by coder',
      'changed since by hand',
      'changed since in turn 2 by coder',
      expect.stringContaining('calls cost'),
    ]);
    expect(data.taken).toBe(null);
    put(root, `${MEMORY}/plan.md`, 'Mine.\n');
    await turns(root, 1);
    expect(whys(await undo(root, 'E-2-coder-2'))).toEqual(['changed since in turn 3 by a person']);
    expect((await lemming(root, ['undo', 'E-9-coder-1'])).exit).toBe(6);
  });

  it('leaves alone what is changed in the very turn in which it is to be undone', async () => {
    const root = doing(
      [write('a.txt', 'one'), remember('plan', 'First.')],
      [write('a.txt', 'two'), remember('plan', 'Second.')],
    );
    await turns(root, 1);
    expect((await undo(root, 'coder')).taken).toBe('journaled');
    await turns(root, 1);
    expect(textOf(root, `${WORK}/a.txt`)).toBe('two');
    expect(textOf(root, `${MEMORY}/plan.md`)).toContain('Second.');
    expect(await noticesOf(root)).toContain('changed in this turn');
    await sound(root);
  });

  it('withdraws mail that nobody has got yet, and that alone', async () => {
    const root = doing([send('boss', 'Never mind.'), send('human', 'Report.')]);
    await turns(root, 1);
    expect((await undo(root, '000001-coder-01')).steps).toMatchObject([{ does: 'is withdrawn', why: null }]);
    await untilIdle(root);
    expect((await lemming(root, ['audit', '--json'])).data.acts).toContainEqual(
      expect.objectContaining({ act: 'withdraw', on: '000001-coder-01', who: 'human' }),
    );
    expect(exists(root, 'agents/coder/outbox/archive/0000/000001-01-boss-never-mind.md')).toBe(true);
    expect((await lemming(root, ['show', '3'])).out).not.toContain('boss: 1 message read');
    await sound(root);
    expect(whys(await undo(root, '000001-coder-01'))).toEqual(['already undone in turn 2']);
    await lemming(root, ['read', '000001-coder-02']);
    await turns(root, 1);
    expect(whys(await undo(root, '000001-coder-02'))).toEqual(['it was delivered, or never will be']);
  });

  it('counts each thing once: a file, and mail that is withdrawn', async () => {
    const root = doing([write('a.txt', 'one'), send('boss', 'Never mind.')]);
    await turns(root, 1);
    expect((await lemming(root, ['undo', '1'])).out).toContain('2 changes will be undone in the next turn.');
    await turns(root, 1);
    expect(await noticesOf(root)).toContain(
      'undo 1: undone: E-1-coder-2 000001-coder-01, E-1-coder-1 agents/coder/workspace/a.txt; cannot be undone: coder (',
    );
    await sound(root);
  });

  it('takes back what an approval brought, and can itself be undone', async () => {
    const skill = (body: string): Act => ({
      tool: 'propose_skill',
      input: { name: 'csv', description: 'Sums', body } as Json,
    });
    const root = doing([skill('Old.')], [], [skill('New.')]);
    const file = 'agents/coder/skills/csv/SKILL.md';
    for (const turn of [1, 3]) {
      await turns(root, 1);
      await lemming(root, ['approve', `A-${turn}-coder-1`]);
      await turns(root, 1);
    }
    expect(textOf(root, file)).toContain('New.');
    expect((await undo(root, 'A-3-coder-1')).steps).toHaveLength(2);
    await turns(root, 1);
    expect(textOf(root, file)).toContain('Old.');
    expect(exists(root, 'agents/coder/skills/_old/csv/4/SKILL.md')).toBe(false);
    await sound(root);
    await undo(root, 'A-1-coder-1');
    await turns(root, 2);
    expect(exists(root, file)).toBe(false);
    expect((await lemming(root, ['show', '7.coder'])).out).not.toContain('csv: Sums');
    await undo(root, 'E-6-human-1');
    await turns(root, 1);
    expect(textOf(root, file)).toContain('Old.');
    await sound(root);
  });

  it('follows no link and meets no folder that an agent made where a file was', async () => {
    const root = doing(
      [sh('mkdir d e f; echo 1 > d/x; echo 1 > e/x; echo 1 > f/x; echo 1 > g')],
      [sh('rm -r d e f g; echo file > d; ln -s /tmp e; mkdir g')],
    );
    await turns(root, 2);
    const { steps } = await undo(root, '2');
    expect(steps.map(({ on, why }: Record<string, string>) => [on, why]).slice(0, 5)).toEqual([
      [`${WORK}/d`, null],
      [`${WORK}/g`, 'changed since by hand'],
      [`${WORK}/f/x`, null],
      [`${WORK}/e/x`, 'changed since by hand'],
      [`${WORK}/d/x`, null],
    ]);
    await turns(root, 2);
    expect([textOf(root, `${WORK}/d/x`), textOf(root, `${WORK}/f/x`)]).toEqual(['1\n', '1\n']);
    await sound(root);
  });

  it('of an approved use of a tool', async () => {
    const root = doing([write('a.txt', 'one')]);
    put(root, 'org/org.yaml', `${textOf(root, 'org/org.yaml')}policies: [{ act: write_file, do: { ask: [human] } }]\n`);
    await turns(root, 1);
    await lemming(root, ['approve', 'A-1-coder-1']);
    await turns(root, 1);
    expect(textOf(root, `${WORK}/a.txt`)).toBe('one');
    expect((await undo(root, 'A-1-coder-1')).steps).toMatchObject([{ id: 'E-2-coder-1', does: 'is removed' }]);
    await turns(root, 1);
    expect(exists(root, `${WORK}/a.txt`)).toBe(false);
  });
});
