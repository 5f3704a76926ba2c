import { appendFileSync, chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readOrg } from '../../../src/app/read-org.ts';
import * as replayCommand from '../../../src/commands/time/replay.ts';
import { unchanged } from '../../../src/core/text/mask.ts';
import { realHost } from '../../../src/disk/fs/host.ts';
import { journalPath, readJournal } from '../../../src/disk/journal/journal.ts';
import { realMachine } from '../../../src/engine/machine.ts';
import { compareFolder } from '../../../src/engine/replay/compare.ts';
import { isReset, JournalFiles, type Scope } from '../../../src/engine/replay/journal-files.ts';
import { Recompute } from '../../../src/engine/replay/recompute.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { newMachine, runTo, SHAPES } from '../../campaign/world.ts';
import { checked } from '../checked.ts';
import { BUSY, busyOrg, copyOf, entriesOf, request, reseal, turns, visible } from '../keep/org.ts';
import { ask } from '../relay.ts';
import { faultsOf, filesIn, inputOf, scratch, testWorld } from '../world.ts';

const run = checked(replayCommand);

interface Data {
  turns: number;
  files: number;
  identical: boolean;
  edited: string[];
  first_difference: { path?: string; what?: string; line?: number; key?: string } | null;
  recomputed?: { visits: number; identical: boolean };
}

async function replay(root: string, flags: Record<string, string | boolean> = {}) {
  const outcome = await run(testWorld(root), inputOf({ flags }));
  return { ...outcome, data: outcome.data as Data };
}

const edit = (root: string, path: string, change: (text: string) => string) =>
  writeFileSync(join(root, path), change(readFileSync(join(root, path), 'utf8')));

describe('replay', () => {
  it('makes every file from the journal, and the folder is identical', async () => {
    const root = await busyOrg();
    const { data, exit } = await replay(root);
    expect(data).toMatchObject({ turns: 4, identical: true, edited: [], first_difference: null });
    expect(exit).toBeUndefined();
    expect(data.files).toBeGreaterThan(15);
  });

  it('--keep leaves the files in a new folder: all that the journal knows of, byte by byte', async () => {
    const root = await busyOrg();
    const keep = join(scratch(), 'made');
    const { data } = await replay(root, { keep });
    const unknown = ['.gitignore', 'org/shared/people.txt'];
    const known = Object.fromEntries(Object.entries(visible(root)).filter(([path]) => !unknown.includes(path)));
    expect(filesIn(keep)).toEqual(known);
    expect(data.files).toBe(Object.keys(known).length);
    expect(await faultsOf(replay(root, { keep }))).toEqual(['usage']);
  });

  it('--recompute makes every visit again from its replies and finds the same effects', async () => {
    const root = await busyOrg();
    expect((await replay(root, { recompute: true })).data).toMatchObject({
      identical: true,
      recomputed: { visits: 4, identical: true },
    });
  });

  it('--recompute finds a prompt that is not the one that was sent', async () => {
    const root = await busyOrg();
    edit(root, journalPath(2), (text) => text.replace(/("k":"intent".*?"hash":")[^"]{4}/, '$1AAAA'));
    reseal(root);
    const { data, exit } = await replay(root, { recompute: true });
    expect(exit).toBe(1);
    expect(data.recomputed?.identical).toBe(false);
    expect(data.first_difference?.key).toMatch(/^prompt 2\.\w+\.1\.1$/);
  });

  it.each([
    ['a message', 'agents/a/outbox/000001-01-b-please-do-tell-me-the-figures.md', 'changed'],
    ['a resume', 'agents/a/resume.md', 'changed'],
    ['a memory', 'agents/a/memory/asked.md', 'changed'],
    ['a workspace file', 'agents/a/workspace/plan.txt', 'changed'],
  ])('lists %s that a person changed', async (_what, path, what) => {
    const root = await busyOrg();
    edit(root, path, (text) => text.replace(/\n$/, ' now\n').replace(/figures\.$/, 'figures!'));
    const { data, exit, text } = await replay(root);
    expect(data).toMatchObject({ identical: false, edited: [path], first_difference: { path, what } });
    expect(data.first_difference?.line).toBeGreaterThan(0);
    expect(exit).toBe(1);
    expect(text).toContain(path);
  });

  it('lists what was deleted, and what lies where only the engine writes', async () => {
    const root = await busyOrg();
    const gone = 'agents/b/outbox/000002-01-a-re-please-do-tell-me-the-figures.md';
    rmSync(join(root, gone));
    writeFileSync(join(root, 'agents/b/outbox/000001-07-a-forged.md'), 'forged');
    writeFileSync(join(root, 'org/units/new.md').replace('units/', ''), 'not looked at');
    const { data } = await replay(root);
    expect(data.edited).toEqual(['agents/b/outbox/000001-07-a-forged.md', gone]);
    expect(data.first_difference).toMatchObject({ path: 'agents/b/outbox/000001-07-a-forged.md', what: 'extra' });
  });

  it('shows the first line that differs, as it is and as it should be; of a file that is gone or too many no line', async () => {
    const root = await busyOrg();
    const plan = 'agents/a/outbox/000001-01-b-please-do-tell-me-the-figures.md';
    const text = readFileSync(join(root, plan), 'utf8');
    for (const [now, line, expected, found] of [
      [`${text}more`, text.split('\n').length, text.split('\n').at(-1), `${text.split('\n').at(-1)}more`],
      [`first\n${text}`, 1, text.split('\n')[0], 'first'],
      ['', 1, text.split('\n')[0], ''],
    ] as const) {
      writeFileSync(join(root, plan), now);
      const difference = { path: plan, what: 'changed', line, expected, found };
      expect((await replay(root)).data.first_difference).toEqual(difference);
    }
    rmSync(join(root, plan));
    expect((await replay(root)).data.first_difference).toEqual({ path: plan, what: 'missing' });
  });

  it('of mail that was edited before it was delivered: what the edit said counts, and no later edit', async () => {
    const root = await busyOrg();
    request(root, { ask: 'pause', agent: 'b' });
    ask(root, 'a', 'Second question.', 'second');
    await turns(root, 1);
    const path = 'agents/a/outbox/000005-01-b-please-do-second-question.md';
    const waiting = readFileSync(join(root, path), 'utf8');
    const edited = waiting.replace('Second', 'Changed');
    writeFileSync(join(root, path), edited);
    await turns(root, 1);
    expect(entriesOf(root).some((entry) => entry.k === 'mail')).toBe(true);
    for (const [text, edits] of [
      [edited, []],
      [edited.replace(/\n/g, '\r\n'), []],
      [edited.replace('Changed', 'Changed again'), [path]],
      [edited.replace(/^subject: .*$/m, 'subject: Another'), [path]],
      [edited.replace(/^priority: .*\n/m, '').replace(/^---\n/, '---\npriority: low\n'), [path]],
      [waiting, [path]],
      ['binary\0', [path]],
    ] as const) {
      writeFileSync(join(root, path), text);
      expect([text, (await replay(root)).data.edited]).toEqual([text, edits]);
    }
  });

  it('takes no offence at drops, leftovers, line ends, logs, caches and files that are nobody of its business', async () => {
    const root = await busyOrg();
    ask(root, 'b', 'Not frozen yet.', 'later');
    writeFileSync(join(root, 'agents/a/outbox/.x.swp'), 'x');
    writeFileSync(join(root, 'agents/a/outbox/x.md~'), 'x');
    writeFileSync(join(root, 'README.md'), 'x');
    edit(root, 'org/org.yaml', (text) => `\ufeff${text.replace(/\n/g, '\r\n')}`);
    expect((await replay(root)).data).toMatchObject({ identical: true });
  });

  it('follows edits of waiting mail, withdrawn mail, top-ups, resets of state, and archived mail', async () => {
    const root = await busyOrg();
    request(root, { ask: 'pause', agent: 'b' });
    ask(root, 'a', 'Second question.', 'second');
    await turns(root, 1);
    const waiting = 'agents/a/outbox/000005-01-b-please-do-second-question.md';
    edit(root, waiting, (text) => text.replace('Second', 'Changed'));
    await turns(root, 1);
    expect(entriesOf(root).some((entry) => entry.k === 'mail')).toBe(true);
    expect((await replay(root, { recompute: true })).data).toMatchObject({ identical: true, edited: [] });
    const keep = join(scratch(), 'made');
    await replay(root, { keep });
    const mail = Object.keys(visible(root)).filter((path) => path.includes('/outbox/'));
    expect(mail.map((path) => filesIn(keep)[path])).toEqual(mail.map((path) => visible(root)[path]));
    rmSync(join(root, waiting));
    request(root, { ask: 'resume', agent: 'b' });
    await turns(root, 2);
    expect(entriesOf(root).some((entry) => entry.k === 'mail-gone')).toBe(true);
    expect((await replay(root, { recompute: true })).data).toMatchObject({ identical: true, turns: 8 });
  });

  it('approvals, dead letters, revivals, failing models and empty purses are made again too', async () => {
    const root = await busyOrg({
      ...BUSY,
      org: {
        limits: { max_attempts: 2, hops: 3 },
        policies: [{ act: 'send_message agent:c', do: { ask: ['human'] } }],
      },
      models: {
        default: { provider: 'scripted', script: 'org/script.yaml', price: { per_call: 0.01 }, fallback: ['keyless'] },
        keyless: { provider: 'openai', model: 'gpt', key: 'env:NO_SUCH_KEY', price: { input: 1, output: 1 } },
      },
      credits: { agents: { a: { grant: 0.05, soft: 0.02 }, b: { grant: 0.005 }, c: { grant: 1 } } },
      rules: [
        ...(BUSY.rules ?? []).slice(0, 3),
        { when: { agent: 'c', body: 'garbage' }, reply: { error: 'malformed' } },
        { when: { agent: 'c', body: 'outage' }, reply: { error: 'overloaded' } },
        {
          when: { agent: 'c', from: 'human' },
          reply: { acts: [{ tool: 'send_message', input: { to: 'human', body: 'May I say {turn}?' } }] },
        },
      ],
    });
    for (const body of ['garbage', 'outage', 'a question']) {
      ask(root, 'c', body, body);
      await turns(root, 3);
    }
    for (const { id } of openApprovals(root))
      request(root, id.includes('-1-') ? { ask: 'deny', id, note: 'no' } : { ask: 'approve', id, note: '' });
    for (const id of deadLetters(root)) request(root, { ask: 'retry', id });
    ask(root, 'a', 'Until the purse is empty.', 'purse');
    await turns(root, 12);
    request(root, { ask: 'top-up', agent: 'b', amount: 1_000_000, note: '' });
    await turns(root, 6);
    const kinds = new Set(
      entriesOf(root).map((entry) => (entry.k === 'visit' ? `${entry.outcome} ${entry.blame ?? ''}` : entry.k)),
    );
    expect([...kinds]).toEqual(
      expect.arrayContaining([
        'held',
        'decided',
        'dead',
        'revived',
        'warned',
        'ok ',
        'failed reply',
        'failed provider',
        'cut credits',
        'skipped credits',
      ]),
    );
    expect((await replay(root, { recompute: true })).data).toMatchObject({
      first_difference: null,
      identical: true,
      recomputed: { identical: true },
    });
  });

  it.each(Object.entries(SHAPES))(
    'a %s that crashed and recovered is the same, with answers that differ too',
    async (_name, shape) => {
      for (const differ of [false, true])
        for (let at = 9; at < 120; at += 17) {
          const machine = newMachine(shape, differ);
          machine.disk.plan = ({ index }) => (index === at ? 'crash-after' : 'go');
          await runTo(machine, 3).catch(() => {});
          Object.assign(machine, { disk: machine.disk.afterCrash(() => true), pid: machine.pid + 1 });
          await runTo(machine, 4);
          const [refold, recompute] = [
            new JournalFiles(),
            new Recompute(TOOLS, { host: realHost('/'), provider: async () => FREE }),
          ];
          for (const group of readJournal(machine.disk, [])) {
            refold.take(group);
            await recompute.take(group);
          }
          expect([at, compareFolder(machine.disk, refold, {}, unchanged), recompute.divergence]).toEqual([
            at,
            [],
            null,
          ]);
          expect(recompute.visits).toBeGreaterThan(0);
        }
    },
  );

  it('a configuration that people changed between turns is part of it', async () => {
    const root = await busyOrg();
    edit(root, 'org/script.yaml', (text) => text.replace('I answer in plain words', 'I speak'));
    ask(root, 'c', 'Again.', 'again');
    await turns(root, 1);
    expect((await replay(root, { recompute: true })).data).toMatchObject({ turns: 5, identical: true });
  });

  it('--recompute finds an effect that does not follow from the replies', async () => {
    const root = await busyOrg();
    forge(root, 2, (line) => line.replace('"mail":["000001-a-01"]', '"mail":[]'));
    const { data, exit } = await replay(root, { recompute: true });
    expect(data).toMatchObject({
      identical: false,
      first_difference: { turn: 2, key: 'visit b' },
      recomputed: { identical: false },
    });
    expect(exit).toBe(1);
  });

  it('refuses a damaged journal', async () => {
    const root = await busyOrg();
    edit(root, journalPath(2), (text) => text.replace('It is done', 'It is gone'));
    expect((await faultsOf(replay(root)))[0]).toBe('damaged-journal');
  });

  it('scenario 22: a copy without .lemming goes on to the same bytes', async () => {
    const root = await busyOrg();
    const copy = copyOf(root);
    for (const folder of [root, copy]) {
      ask(folder, 'a', 'And now?', 'now');
      await turns(folder, 4);
    }
    expect(visible(copy)).toEqual(visible(root));
    expect((await replay(copy, { recompute: true })).data).toMatchObject({ turns: 8, identical: true });
  });

  it('needs no right to write', async () => {
    const root = await busyOrg();
    chmodSync(join(root, 'org/journal'), 0o555);
    renameSync(join(root, '.lemming'), join(scratch(), 'gone'));
    expect((await replay(root)).data.identical).toBe(true);
    expect(existsSync(join(root, '.lemming'))).toBe(false);
    chmodSync(join(root, 'org/journal'), 0o755);
    appendFileSync(join(root, 'agents/c/resume.md'), 'More.\n');
    expect((await replay(root)).data.edited).toEqual(['agents/c/resume.md']);
  });
});

it('a reset takes what its scope names, where the engine keeps it, and nothing that is only called so', () => {
  const mail = [
    'agents/a/outbox/x.md',
    'agents/a/outbox/archive/0/x.md',
    'org/dead-letter/x.md',
    'org/approvals/x.yaml',
  ];
  const proposed = ['org/skills/_proposed/s/SKILL.md', 'agents/a/skills/_proposed/s/SKILL.md'];
  const memory = ['agents/a/memory/k.md', 'agents/a/memory/archive/k.md'];
  const tasks = ['org/tasks/t.yaml', 'org/runs/r.yaml'];
  const work = 'agents/a/workspace';
  const never = [...mail, ...proposed, ...memory, ...tasks].flatMap((path) => [
    `${work}/${path}`,
    `org/shared/${path}`,
  ]);
  never.push(
    'agents/a/outbox.md',
    'org/skills/s/SKILL.md',
    'agents/a/resume.md',
    'org/org.yaml',
    'agents/a/b/memory/x.md',
  );
  const all = [...mail, ...proposed, ...memory, ...tasks, ...never];
  const taken = (scope: Scope) => all.filter((path) => isReset(scope, path));
  expect(taken('mail')).toEqual([...mail, ...proposed]);
  expect(taken('memory')).toEqual(memory);
  expect(taken('tasks')).toEqual(tasks);
  expect(taken('credits')).toEqual([]);
  expect(taken('all')).toEqual(
    [...mail, ...proposed, ...memory, ...tasks].sort((a, b) => all.indexOf(a) - all.indexOf(b)),
  );
});

/** What the provider of the campaign costs; it is never asked. */
const FREE: Provider = { about: '', repeatable: true, free: true, connect: () => Promise.reject(new Error('asked')) };

const openApprovals = (root: string) => [
  ...readOrg({ machine: realMachine, root, env: {} }).state.approvals.pending.values(),
];
const deadLetters = (root: string) => [...readOrg({ machine: realMachine, root, env: {} }).state.dead.letters.keys()];

/** Changes lines of a turn and seals the journal anew, as somebody would who knows how. */
function forge(root: string, turn: number, change: (line: string) => string): void {
  const path = join(root, journalPath(turn));
  writeFileSync(path, readFileSync(path, 'utf8').split('\n').map(change).join('\n'));
  reseal(root);
}
