import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withEngine } from '../../../src/app/run-engine.ts';
import * as redactCommand from '../../../src/commands/time/redact.ts';
import * as replayCommand from '../../../src/commands/time/replay.ts';
import { realDisk } from '../../../src/disk/fs/real.ts';
import { journalPath } from '../../../src/disk/journal/journal.ts';
import { verifyJournal } from '../../../src/engine/journal/verify.ts';
import { realMachine } from '../../../src/engine/machine.ts';
import { checked } from '../checked.ts';
import { busyOrg, entriesOf, request, turns, visible } from '../keep/org.ts';
import { ask } from '../relay.ts';
import { faultsOf, filesIn, inputOf, scratchOrg, testWorld } from '../world.ts';

const run = checked(redactCommand);
const replay = checked(replayCommand);

const redact = (root: string, id: string, flags: Record<string, boolean> = { yes: true }) =>
  run(testWorld(root), inputOf({ args: { id }, flags }));

const holds = (root: string, text: string) =>
  Object.entries(filesIn(root)).flatMap(([path, bytes]) => (bytes.includes(text) ? [path] : []));

async function isWhole(root: string): Promise<void> {
  expect(verifyJournal(realDisk(root)).faults).toEqual([]);
  const { data } = await replay(testWorld(root), inputOf({ flags: { recompute: true } }));
  expect(data).toMatchObject({ identical: true, edited: [], first_difference: null, recomputed: { identical: true } });
}

describe('redact', () => {
  it("erases a person's message everywhere; the chain verifies and the replay gives the redacted folder", async () => {
    const root = await busyOrg();
    ask(root, 'c', 'My number is 555-0199-7723.', 'secret');
    await turns(root, 1);
    const { data } = await redact(root, '000005-human-01');
    expect(data).toMatchObject({ messages: ['000005-human-01'], also_in: [] });
    expect(holds(root, '555-0199-7723')).toEqual([]);
    expect(Object.keys(visible(root)).filter((path) => path.includes('000005-01'))).toContain(
      'agents/human/outbox/000005-01-c-redacted.md',
    );
    await isWhole(root);
    await turns(root, 2);
    await isWhole(root);
  });

  it("erases an agent's message with its act, its subject and its attachment, and goes on", async () => {
    const root = await busyOrg();
    await redact(root, '000001-a-01');
    expect(holds(root, 'Please do: Tell')).toEqual(expect.not.arrayContaining([journalPath(1)]));
    const attached = Object.entries(visible(root)).filter(([path]) => /^agents\/a\/outbox\/000001-01[-.]/.test(path));
    expect(attached.map(([, bytes]) => bytes.includes('[redacted]'))).toEqual([true, true]);
    await isWhole(root);
  });

  it('erases a message that was held, from its approval, what was answered in its file, and who is asked next', async () => {
    const secret = 'The number is "555-0{turn}99-7723".\nKeep it.';
    const root = scratchOrg({
      edges: { human: ['a'], a: ['human'], boss: [] },
      org: {
        policies: [{ act: 'send_message', do: { ask: ['human'] } }],
        approvals: { timeout: '1 turn', escalate_to: ['human', 'boss'] },
      },
      resumes: { boss: { person: true } },
      rules: [
        { when: { agent: 'a' }, reply: { acts: [{ tool: 'send_message', input: { to: 'human', body: secret } }] } },
      ],
    });
    ask(root, 'a', 'Secret errand 4711', 'errand');
    await turns(root, 2);
    const file = join(root, 'org/approvals/A-1-a-1.md');
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('contacts: [human, boss]');
    writeFileSync(file, text.replace('decision: null', 'decision: approve'));
    await turns(root, 1);
    expect(holds(root, '555-0199-7723').length).toBeGreaterThan(3);
    await redact(root, '000003-a-01');
    expect(holds(root, '555-0199-7723')).toEqual([]);
    await isWhole(root);
    expect(holds(root, 'Secret errand 4711').length).toBeGreaterThan(1);
    await redact(root, '000001-human-01');
    expect(holds(root, 'Secret errand 4711')).toEqual([]);
    await isWhole(root);
  });

  it('erases the first task of an agent that was hired, from the hire, its approval and its answered file', async () => {
    const secret = 'Call the number 555-0{turn}99-7723.';
    const hire = { name: 'kid', template: 'worker', credits: 0, message: secret };
    const root = scratchOrg({
      edges: { human: ['a'], a: ['human'] },
      resumes: { a: { tools: ['hire_agent'] } },
      files: { 'org/templates/worker.md': '---\nrole: Works\n---\nYou work.\n' },
      rules: [{ when: { agent: 'a', from: 'human' }, reply: { acts: [{ tool: 'hire_agent', input: hire }] } }],
    });
    ask(root, 'a', 'Hire somebody.', 'hire');
    await turns(root, 1);
    const file = join(root, 'org/approvals/A-1-a-1.md');
    writeFileSync(file, readFileSync(file, 'utf8').replace('decision: null', 'decision: approve'));
    await turns(root, 1);
    expect(holds(root, '555-0199-7723').length).toBeGreaterThan(2);
    await redact(root, '000002-a-01');
    expect(holds(root, '555-0199-7723')).toEqual([]);
    await isWhole(root);
  });

  it('says where the text still stands', async () => {
    const root = await busyOrg();
    const { data, text } = await redact(root, '000002-b-01');
    expect(data).toMatchObject({
      also_in: expect.arrayContaining([expect.stringMatching(/^agents\/a\/outbox\/000003-01-human/)]),
    });
    expect(text).toContain('still in');
    await isWhole(root);
  });

  it('erases plain words that became an answer, by the message or by the call', async () => {
    for (const id of ['000001-c-01', '1.c.1.1']) {
      const root = await busyOrg();
      const { data } = await redact(root, id);
      expect(data).toMatchObject({ messages: ['000001-c-01'] });
      expect(holds(root, 'I answer in plain words, number 1')).toEqual([]);
      await isWhole(root);
    }
  });

  it('erases mail that waits, was edited, died or was archived', async () => {
    const root = await busyOrg();
    request(root, { ask: 'pause', agent: 'b' });
    ask(root, 'a', 'A private matter of mine.', 'private');
    await turns(root, 1);
    const path = Object.keys(visible(root)).find((file) => file.startsWith('agents/a/outbox/000005-01-b')) as string;
    writeFileSync(
      join(root, path),
      readFileSync(join(root, path), 'utf8').replace('A private matter', 'A very private matter'),
    );
    await turns(root, 1);
    writeFileSync(join(root, path), readFileSync(join(root, path), 'utf8').replace('very private', 'most private'));
    await turns(root, 1);
    await redact(root, '000005-a-01');
    expect(
      holds(root, 'private matter of mine').filter(
        (file) =>
          !file.includes('human') && !file.includes('workspace') && !file.includes('memory') && file !== journalPath(5),
      ),
    ).toEqual([]);
    expect(holds(root, 'very private')).toEqual([]);
    expect(existsSync(join(root, path))).toBe(false);
    await isWhole(root);
    request(root, { ask: 'resume', agent: 'b' });
    await turns(root, 1);
    expect(
      entriesOf(root).some((entry) => entry.k === 'visit' && entry.agent === 'b' && entry.mail.includes('000005-a-01')),
    ).toBe(true);
    await isWhole(root);
  });

  it('twice is as good as once, and one redaction does not undo another', async () => {
    const root = await busyOrg();
    await redact(root, '000001-a-01');
    await redact(root, '000001-c-01');
    const before = visible(root);
    const { text } = await redact(root, '000001-a-01');
    expect(text).toContain('already been erased');
    expect(visible(root)).toEqual(before);
    await isWhole(root);
  });

  it('one that was cut off is found by verify and can be done again', async () => {
    const root = await busyOrg();
    const journal = readFileSync(join(root, journalPath(1)));
    const message = Object.entries(visible(root)).find(([path]) => path.startsWith('agents/c/outbox/000001-01')) as [
      string,
      string,
    ];
    await redact(root, '000001-c-01');
    writeFileSync(join(root, journalPath(1)), journal);
    writeFileSync(join(root, message[0]), message[1], 'latin1');
    expect(verifyJournal(realDisk(root)).faults[0]?.remedy).toContain('lemming redact 000001-c-01');
    await redact(root, '000001-c-01');
    expect(holds(root, 'plain words, number 1')).toEqual([]);
    await isWhole(root);
  });

  it('refuses without --yes, an id that nobody knows, and while an engine runs', async () => {
    const root = await busyOrg();
    expect(await faultsOf(redact(root, '000001-a-01', {}))).toEqual(['usage']);
    expect(await faultsOf(redact(root, '000099-a-01'))).toEqual(['not-found']);
    await withEngine({ machine: realMachine, root, env: {} }, 'run', async () => {
      expect(await faultsOf(redact(root, '000001-a-01'))).toEqual(['locked']);
    });
    await isWhole(root);
  });
});
