// What a redaction reaches in the journal and in the folder, and what it must leave alone.

import { describe, expect, it } from 'vitest';
import { type Redaction, redact } from '../../src/app/redact.ts';
import { unchanged } from '../../src/core/text/mask.ts';
import { readJournal } from '../../src/disk/journal/journal.ts';
import { load } from '../../src/engine/journal/load.ts';
import { verifyJournal } from '../../src/engine/journal/verify.ts';
import { compareFolder } from '../../src/engine/replay/compare.ts';
import { JournalFiles } from '../../src/engine/replay/journal-files.ts';
import { Recompute } from '../../src/engine/replay/recompute.ts';
import type { OrgPlan } from '../../src/testing/build-org.ts';
import { TOOLS } from '../../src/tools/all.ts';
import { type Mind, Org, say, visible } from '../regression/org.ts';
import { rewritten } from '../rules/recorded.ts';

const NUMBER = '555-0199-7723';
const EDGES = { human: ['a', 'b'], a: ['human', 'b'], b: ['human', 'a'] };

/** People ask a, and what the minds do stands in the journal after so many turns. */
async function org(mind: Mind, plan: Partial<OrgPlan> = {}, turns = 1): Promise<Org> {
  const made = new Org({ edges: EDGES, ...plan }, mind);
  made.drop('a', 'Go.');
  await made.turns(turns);
  return made;
}

async function erase(made: Org, id: string): Promise<Redaction> {
  const loaded = load(made.disk);
  const done = redact(made.disk, loaded, id);
  expect(verifyJournal(made.disk).faults).toEqual([]);
  const refold = new JournalFiles();
  const again = new Recompute(TOOLS, made.ports());
  for (const group of readJournal(made.disk, [])) {
    refold.take(group);
    await again.take(group);
  }
  expect(again.divergence).toBeNull();
  expect(compareFolder(made.disk, refold, {}, unchanged).filter(({ path }) => !path.includes('/resume.md'))).toEqual(
    [],
  );
  return done;
}

/** Files that hold the text. */
const holds = (made: Org, text: string) =>
  [...made.disk.files()].flatMap(([path, bytes]) => (bytes.includes(text) ? [path] : []));

describe('a redaction', () => {
  const looks: Mind = ({ n }) =>
    n === 1
      ? { text: `The number is ${NUMBER}.`, acts: [{ id: '1', tool: 'list_files', input: { path: '.' } }] }
      : `\nAll I know:\r\n${NUMBER} `;

  it('erases plain words that became an answer, with the reply that they stood in', async () => {
    const made = await org(looks);
    expect(await erase(made, '000001-a-01')).toMatchObject({ messages: ['000001-a-01'] });
    expect(holds(made, 'All I know')).toEqual([]);
    expect(holds(made, 'The number is')).not.toEqual([]);
  });

  it('erases a file that a prompt showed, unless the same text came with other mail', async () => {
    const sends = (to: string, path: string) => say(to, 'See the file.', { attachments: [path] });
    const made = await org(
      ({ agent, turn }) =>
        agent !== 'a' || turn > 1
          ? []
          : [
              { tool: 'write_file', input: { path: 'x.md', content: `File ${NUMBER}.` } },
              { tool: 'write_file', input: { path: 'y.md', content: 'File of both.' } },
              sends('b', 'x.md'),
              say('b', 'See the other file.', { attachments: ['y.md'] }),
            ],
      { resumes: { a: { tools: ['write_file'] }, b: { tools: ['read_file'] } } },
      2,
    );
    const shown = () => made.lines('blob').filter(({ text }) => text.startsWith('File '));
    expect(shown().map(({ text }) => text)).toEqual([`File ${NUMBER}.`, 'File of both.']);
    await erase(made, '000001-a-01');
    expect(shown().map(({ text }) => text)).toEqual(['File of both.']);
    expect(made.lines('sent')[0]?.files?.[0]?.data).toBe(Buffer.from('[redacted]').toString('base64'));
  });

  it('erases the words of one call, and the answer only when it is made of them', async () => {
    const made = await org(looks);
    expect(await erase(made, '1.a.1.1')).toMatchObject({ messages: [], also_in: [] });
    expect(holds(made, 'The number is')).toEqual([]);
    expect(await erase(made, '1.a.2.1')).toMatchObject({ messages: ['000001-a-01'], also_in: [] });
    expect(holds(made, NUMBER)).toEqual([]);
  });

  it('erases the answer of done, in its message and in its call', async () => {
    const answer = { id: '1', tool: 'done', input: { answer: `It is ${NUMBER}.` } };
    const made = await org(() => ({ acts: [answer] }));
    expect(await erase(made, '000001-a-01')).toMatchObject({ messages: ['000001-a-01'], also_in: [] });
    expect(holds(made, NUMBER)).toEqual([]);
  });

  it('erases all texts of a visit under former rules, which became one message', async () => {
    const made = await org(looks);
    const texts = made.lines('visit')[0]?.notes ?? [];
    const body = texts.join('\n\n');
    const former = rewritten(made.disk, (line) => {
      if (line.k === 'open') return { ...line, rules: 2 };
      return line.k === 'sent' ? { ...line, message: { ...line.message, body } } : line;
    });
    made.disk = former;
    expect(await erase(made, '000001-a-01')).toMatchObject({ messages: ['000001-a-01'], also_in: [] });
    expect(holds(made, NUMBER)).toEqual([]);
  });

  it('erases a body that the model ended with a line break', async () => {
    const made = await org(() => [say('human', `It is ${NUMBER}.\n\n`)]);
    await erase(made, '000001-a-01');
    expect(holds(made, NUMBER)).toEqual([]);
  });

  it('erases the words of a reply that begins with a line break, by its call', async () => {
    const made = await org(() => ({
      text: `\n\nThe number is ${NUMBER}.\n`,
      acts: [{ id: '1', ...say('human', 'It is known.') }],
    }));
    await erase(made, '1.a.1.1');
    expect(holds(made, NUMBER)).toEqual([]);
    expect(holds(made, 'It is known.')).not.toEqual([]);
  });

  it('erases a held body that ends with a line break, from its approval and its answer', async () => {
    const made = await org(() => [say('human', `It is ${NUMBER}.\n`)], {
      org: { policies: [{ act: 'send_message', do: { ask: ['human'] } }] },
    });
    await made.ask({ ask: 'approve', by: 'human', id: 'A-1-a-1', note: '' });
    await made.turns(1);
    await erase(made, '000002-a-01');
    expect(holds(made, NUMBER)).toEqual([]);
  });

  it('erases a subject that the model chose, also where an answer repeats it', async () => {
    const subject = `Call ${NUMBER} now`;
    const made = await org(
      ({ agent, mail }) =>
        agent === 'a'
          ? mail[0]?.from === 'human'
            ? [say('b', 'Please do.', { subject })]
            : []
          : [say('a', 'Done.', { subject: `Re: ${subject}`, reply_to: '000001-a-01' })],
      {},
      3,
    );
    expect(holds(made, subject).length).toBeGreaterThan(2);
    await erase(made, '000001-a-01');
    expect(holds(made, NUMBER)).toEqual([]);
    expect(made.paths(/555-0199/)).toEqual([]);
  });

  it('erases the name that a person gave to the file', async () => {
    const made = new Org({ edges: EDGES });
    made.disk.put(`agents/human/outbox/call ${NUMBER}.md`, `---\nto: a\n---\nPlease call.\n`);
    await made.turns(1);
    await erase(made, '000001-human-01');
    expect(holds(made, NUMBER)).toEqual([]);
  });

  it('leaves what others said in the same words, under the same subject', async () => {
    const made = await org(
      ({ agent }) => [say('human', `It is ${NUMBER}.`, { subject: `About ${agent}s number` })],
      { org: { policies: [{ act: 'send_message', do: { ask: ['human'] } }] } },
      0,
    );
    made.drop('b', 'Go.');
    await made.turns(1);
    await made.ask({ ask: 'approve', by: 'human', id: 'A-1-a-1', note: '' });
    await made.ask({ ask: 'approve', by: 'human', id: 'A-1-b-1', note: '' });
    await made.turns(1);
    const [a, b] = made.lines('sent').map(({ message }) => message);
    expect([a?.from, b?.from]).toEqual(['a', 'b']);
    const { also_in } = await erase(made, a?.id as string);
    expect(made.read(b?.path as string)).toContain(NUMBER);
    expect(made.lines('held').map(({ input }) => JSON.stringify(input).includes(NUMBER))).toEqual([false, true]);
    expect(also_in).toContain(b?.path);
  });

  it('leaves the subject of mail that only happens to have the same', async () => {
    const subject = 'Numbers of today';
    const made = await org(
      ({ agent, mail }) =>
        mail[0]?.from === 'human' ? [say(agent === 'a' ? 'b' : 'a', `I am ${agent}.`, { subject })] : [],
      {},
      0,
    );
    made.drop('b', 'Go.');
    await made.turns(2);
    await erase(made, '000001-a-01');
    const [a, b] = made.lines('sent').map(({ message }) => message.subject);
    expect([a, b]).toEqual(['[redacted]', subject]);
    const acts = made.lines('reply').flatMap(({ agent, reply }) => reply.acts.map(({ input }) => [agent, input]));
    expect(acts).toContainEqual(['b', expect.objectContaining({ subject })]);
    const prompt = made.lines('intent').find(({ agent, turn }) => agent === 'a' && turn === 2)?.prompt;
    expect(JSON.stringify(prompt)).toContain(subject);
  });

  it('leaves the same words of another turn', async () => {
    const made = await org(({ turn }) => [say(turn === 2 ? 'b' : 'human', `It is ${NUMBER}.`)], {
      org: { policies: [{ act: 'send_message to:b', do: { ask: ['human'] } }] },
    });
    made.drop('a', 'Again.');
    await made.turns(1);
    made.drop('a', 'And again.');
    await made.turns(1);
    expect(await erase(made, '000001-a-01')).toMatchObject({ messages: ['000001-a-01'] });
    expect(made.messages('a').map(({ body }) => body.trim())).toContain(`It is ${NUMBER}.`);
  });

  it('leaves what a person saved since the last turn', async () => {
    const made = await org(() => [say('human', `It is ${NUMBER}.`)]);
    const mine = '---\nrole: Works\n---\nMy new text.\n';
    made.disk.put('agents/b/resume.md', mine);
    const { files } = await erase(made, '000001-a-01');
    expect(made.read('agents/b/resume.md')).toBe(mine);
    expect(files).not.toContain('agents/b/resume.md');
  });

  it.each([
    ['an act', '000001-a-01'],
    ['plain words', '000001-a-01'],
    ['plain words', '1.a.1.1'],
  ])('of %s, by the id %s, changes nothing that does not hold the text', async (how, id) => {
    const secret = `It is ${NUMBER}.`;
    const first = how === 'an act' ? { text: 'A word of a.', acts: [{ id: '1', ...say('human', secret) }] } : secret;
    const made = await org(
      ({ agent, turn }) => {
        if (turn === 1 && agent === 'a') return first;
        const note = { id: '1', tool: 'write_file', input: { path: `${agent}-${turn}.txt`, content: `By ${agent}` } };
        const held = { id: '2', ...say('c', `To c by ${agent} in turn ${turn}`, { subject: `c ${turn}` }) };
        const told = {
          id: '3',
          ...say('human', `By ${agent} in turn ${turn}`, { attachments: [`${agent}-${turn}.txt`] }),
        };
        return turn === 2 ? `Plain words of ${agent}.` : { text: `A note of ${agent}.`, acts: [note, held, told] };
      },
      {
        edges: { human: ['a', 'b', 'c'], a: ['human', 'c'], b: ['human', 'c'], c: ['human'] },
        resumes: { a: { tools: ['write_file'] }, b: { tools: ['write_file'] } },
        org: { policies: [{ act: 'send_message agent:c', do: { ask: ['human'] } }] },
      },
      0,
    );
    for (const round of [1, 2, 3]) {
      made.drop('b', `Go ${round}.`);
      if (round > 1) made.drop('a', `Go ${round}.`, { subject: `Round ${round}` });
      await made.turns(1);
    }
    await made.ask({ ask: 'approve', by: 'human', id: 'A-3-b-1', note: '' });
    await made.turns(1);
    const before = made.journal().map((line) => JSON.stringify(line));
    const files = new Map(visible(made));
    await erase(made, id);
    const after = new Set(made.journal().map((line) => JSON.stringify(line)));
    const lost = before.filter((line) => !after.has(line));
    expect(lost.filter((line) => !line.includes(NUMBER))).toEqual([]);
    expect(lost.length).toBeGreaterThan(1);
    for (const [path, text] of files) if (!text.includes(NUMBER)) expect([path, made.read(path)]).toEqual([path, text]);
    expect(holds(made, NUMBER)).toEqual([]);
  });

  it('leaves what a person answered in the file of another act that holds the same words', async () => {
    const made = await org(
      () => [say('human', `It is ${NUMBER}.`)],
      { org: { policies: [{ act: 'send_message', do: { ask: ['human'] } }] } },
      0,
    );
    made.drop('b', 'Go.');
    await made.turns(1);
    for (const agent of ['a', 'b']) {
      const path = `org/approvals/A-1-${agent}-1.md`;
      made.disk.replace(path, (made.read(path) as string).replace('decision: null', 'decision: approve'));
    }
    await made.turns(1);
    const answers = () => made.lines('answer').map(({ text }) => text.includes(NUMBER));
    expect(answers()).toEqual([true, true]);
    await erase(made, made.lines('sent')[0]?.message.id as string);
    expect(answers()).toEqual([false, true]);
  });

  it('erases the subject of the mail that caused an act from the file in which that was answered', async () => {
    const made = await org(
      () => [say('human', 'Done.')],
      { org: { policies: [{ act: 'send_message', do: { ask: ['human'] } }] } },
      0,
    );
    made.drop('a', 'Call them.', { subject: `Call ${NUMBER}` });
    await made.turns(1);
    const [id = ''] = made
      .lines('drop')
      .flatMap(({ message }) => (message.subject.includes(NUMBER) ? [message.id] : []));
    const path = made.paths(/^org\/approvals\//).find((one) => made.read(one)?.includes(NUMBER)) as string;
    made.disk.replace(path, (made.read(path) as string).replace('decision: null', 'decision: approve'));
    await made.turns(1);
    await erase(made, id);
    expect(holds(made, NUMBER)).toEqual([]);
  });

  it('of a short text leaves it within other words of an answered file', async () => {
    const made = await org(() => [say('human', 'e')], {
      org: { policies: [{ act: 'send_message', do: { ask: ['human'] } }] },
    });
    const path = 'org/approvals/A-1-a-1.md';
    made.disk.replace(path, (made.read(path) as string).replace('decision: null', 'decision: approve'));
    await made.turns(1);
    await erase(made, '000002-a-01');
    expect(made.lines('answer')[0]?.text).toMatch(/decision: approve.*"\[redacted\]"/s);
  });

  it('removes copies of the message that lie beside it', async () => {
    const made = await org(() => [say('human', `It is ${NUMBER}.`)]);
    const path = made.lines('sent')[0]?.message.path as string;
    const copies = [`${path}.conflict-1`, path.replace('outbox/', 'outbox/archive/.lemming-')];
    for (const copy of copies) made.disk.put(copy, `It is ${NUMBER}.`);
    const other = 'agents/a/outbox/000002-01-human-other.md.conflict-2';
    made.disk.put(other, 'Another one.');
    const loaded = load(made.disk);
    const { files } = redact(made.disk, loaded, '000001-a-01');
    expect(files).toEqual(expect.arrayContaining(copies));
    expect(holds(made, NUMBER)).toEqual([]);
    expect(made.read(other)).toBe('Another one.');
  });
});
