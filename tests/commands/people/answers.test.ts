import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Follow } from '../../../src/app/follow.ts';
import { realMachine } from '../../../src/engine/machine.ts';
import type { Fault } from '../../../src/schema/fault.ts';
import { problemsOf } from '../../../src/views/screen/panes/problems-pane.ts';
import { needsYou } from '../../../src/views/screen/snapshot.ts';
import { scratch, scratchOrg } from '../world.ts';
import { lemming, untilIdle } from './world.ts';

const PLAN = { edges: { human: ['planner'], planner: ['human'] }, rules: [] };

async function faultsIn(root: string): Promise<Fault[]> {
  return JSON.parse((await lemming(root, ['validate', '--json'])).out).faults;
}

function write(root: string, path: string, text: string): void {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), text);
}

describe('validate', () => {
  it('says of an agent without a resume that it has none', async () => {
    const root = scratchOrg(PLAN);
    mkdirSync(join(root, 'agents/lost'));
    expect(await faultsIn(root)).toMatchObject([{ code: 'missing-file', file: 'agents/lost/resume.md' }]);
  });

  it('tells an unknown key and unknown names of one file together', async () => {
    const root = scratchOrg(PLAN);
    write(
      root,
      'org/chart.yaml',
      'version: 1\ncolour: red\nagents:\n  human: { send_to: [planer], read_from: ["*"], x: 1 }\n  planner: { send_to: [human], read_from: ["@nobody"] }\n',
    );
    write(root, 'org/credits.yaml', 'version: 1\norgg: {}\nagents: { plannar: { grant: 1 } }\n');
    write(root, 'agents/planner/resume.md', '---\nrolle: x\nmodel: nothing\n---\n');
    const found = (await faultsIn(root)).map(({ code, file, line, value }) => [
      code,
      file?.split('/').pop(),
      line,
      value,
    ]);
    expect(found).toEqual(
      expect.arrayContaining([
        ['unknown-key', 'chart.yaml', 2, expect.anything()],
        ['unknown-key', 'chart.yaml', 4, expect.anything()],
        ['unknown-name', 'chart.yaml', 4, 'planer'],
        ['unknown-name', 'chart.yaml', 5, '@nobody'],
        ['unknown-key', 'credits.yaml', 2, expect.anything()],
        ['unknown-name', 'credits.yaml', 3, 'plannar'],
        ['unknown-key', 'resume.md', 2, expect.anything()],
        ['unknown-name', 'resume.md', 3, 'nothing'],
      ]),
    );
  });

  it('looks at drops that wait', async () => {
    const root = scratchOrg(PLAN);
    write(root, 'agents/human/outbox/a.md', '---\nto: planner\nsubjekt: x\n---\nHi.\n');
    write(root, 'agents/human/outbox/b.md', '---\nto: nobody\n---\nHi.\n');
    write(root, 'agents/human/outbox/good.md', '---\nto: planner\n---\nHi.\n');
    write(root, 'agents/human/outbox/planner.txt', 'Hi.\n');
    expect((await faultsIn(root)).map(({ code, file }) => [code, file])).toEqual([
      ['unknown-key', 'agents/human/outbox/a.md'],
      ['unknown-name', 'agents/human/outbox/b.md'],
      ['invalid-value', 'agents/human/outbox/planner.txt'],
    ]);
  });
});

describe('a file in an outbox that is named after a recipient and is no markdown', () => {
  it('is told, and what it is to be called; renamed, it is sent', async () => {
    const root = scratchOrg(PLAN);
    write(root, 'agents/human/outbox/planner.txt', 'Hi.\n');
    await untilIdle(root);
    const notices = JSON.parse((await lemming(root, ['inbox', '--json'])).out).notices;
    expect(notices).toMatchObject([{ text: expect.stringContaining('Rename it to planner.md') }]);
    rmSync(join(root, 'agents/human/outbox/planner.txt'));
    write(root, 'agents/human/outbox/planner.md', 'Hi.\n');
    await untilIdle(root);
    const { messages } = JSON.parse((await lemming(root, ['history', '--json'])).out);
    expect(messages).toMatchObject([{ from: 'human', to: ['planner'] }]);
  });

  it('is an attachment when a message names it', async () => {
    const root = scratchOrg(PLAN);
    write(root, 'agents/human/outbox/planner.txt', 'A list.\n');
    write(root, 'agents/human/outbox/note.md', '---\nto: planner\nattachments: [planner.txt]\n---\nSee.\n');
    expect(await faultsIn(root)).toEqual([]);
  });
});

it('a drop that was set aside and then deleted needs nobody', async () => {
  const root = scratchOrg(PLAN);
  write(root, 'agents/human/outbox/a.md', '---\nto: nobody\n---\nHi.\n');
  await untilIdle(root);
  const needs = async () => JSON.parse((await lemming(root, ['status', '--json'])).out).needs.dead_letters;
  expect(await needs()).toBe(1);
  const follow = await Follow.open({ machine: realMachine, root, env: {} });
  const onScreen = () => [needsYou(follow.scene()), problemsOf(follow.scene()).map(({ what }) => what)];
  expect(onScreen()).toEqual([1, ['dead letter']]);
  rmSync(join(root, 'agents/human/outbox/a.md'));
  expect(await needs()).toBe(0);
  expect(await follow.look(true)).toBe(true);
  expect(onScreen()).toEqual([0, []]);
  const run = await lemming(root, ['run', '--turns', '1', '--json']);
  expect(run.data.needs).toMatchObject({ count: 0, dead_letters: 0, undelivered: 0 });
  expect((await lemming(root, ['run', '--turns', '1'])).out).not.toContain('Needs you');
});

describe('human', () => {
  it.each([
    ['is a person by default', 'role: me', true],
    ['is one unless its resume says otherwise', 'person: false', false],
  ])('%s', async (_what, head, person) => {
    const root = scratchOrg(PLAN);
    write(root, 'agents/human/resume.md', `---\n${head}\n---\n`);
    const { agents } = JSON.parse((await lemming(root, ['status', '--json'])).out);
    expect(agents).toContainEqual(expect.objectContaining({ name: 'human', person }));
  });
});

describe('send', () => {
  it.each(['critical', 'medium', 'urgent', 'low'])('takes the priority %s, as files do', async (priority) => {
    expect((await lemming(scratchOrg(PLAN), ['send', 'planner', '--priority', priority, 'Hi.'])).exit).toBe(0);
  });

  it.each([
    ['a subject', '--subject'],
    ['a conversation', '--thread'],
  ])('refuses %s that the next turn would set aside', async (_what, flag) => {
    const root = scratchOrg(PLAN);
    const { exit, err } = await lemming(root, ['send', 'planner', flag, 'x'.repeat(900), 'Hi.']);
    expect([exit, err]).toEqual([2, expect.stringContaining('at most')]);
    expect(existsSync(join(root, 'agents/human/outbox'))).toBe(false);
  });
});

it('backup makes no folders: one that is not there is told', async () => {
  const folder = join(scratch(), 'nonexistent');
  const { exit, err } = await lemming(scratchOrg(PLAN), ['backup', join(folder, 'x.tgz')]);
  expect([exit, err, existsSync(folder)]).toEqual([6, expect.stringContaining('The folder'), false]);
});

it('a file of 70 MB is packed, and comes back', async () => {
  const root = scratchOrg(PLAN);
  mkdirSync(join(root, 'org/shared'), { recursive: true });
  writeFileSync(join(root, 'org/shared/large.bin'), randomBytes(70 * 1024 * 1024));
  const file = join(scratch(), 'x.tgz');
  expect((await lemming(root, ['backup', file])).exit).toBe(0);
  rmSync(join(root, 'org/shared/large.bin'));
  expect(await lemming(root, ['restore', file, '--yes'])).toMatchObject({ exit: 0, err: '' });
  expect(statSync(join(root, 'org/shared/large.bin')).size).toBe(70 * 1024 * 1024);
});

it('an agent of an organisation at rest is idle', async () => {
  const root = scratchOrg({ ...PLAN, rules: [{ when: { agent: 'planner' }, reply: { text: 'Done.' } }] });
  await lemming(root, ['send', 'planner', 'Hi.']);
  await untilIdle(root);
  const { turn, agents } = JSON.parse((await lemming(root, ['status', '--json'])).out);
  expect(agents).toContainEqual(expect.objectContaining({ name: 'planner', state: 'idle', last_turn: turn }));
});
