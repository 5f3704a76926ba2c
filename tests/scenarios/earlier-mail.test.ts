import { describe, expect, it } from 'vitest';
import { redact } from '../../src/app/redact.ts';
import { readJournal } from '../../src/disk/journal/journal.ts';
import { load } from '../../src/engine/journal/load.ts';
import { verifyJournal } from '../../src/engine/journal/verify.ts';
import { Recompute } from '../../src/engine/replay/recompute.ts';
import { Crash } from '../../src/testing/memory-disk.ts';
import { TOOLS } from '../../src/tools/all.ts';
import { visitIn } from '../../src/views/journal/call.ts';
import { type Answer, Org, say, textOf } from '../regression/org.ts';

const EDGES = { human: ['a', 'b'], a: ['b', 'human'], b: ['a', 'human'] };
const readMail = (id: string) => ({ tool: 'read_mail', input: { id } });
const searchMail = (query: string) => ({ tool: 'search_mail', input: { query } });

/** Agents answer by agent, turn and call. */
function scripted(answers: Record<string, Answer>, more: object = {}): Org {
  return new Org({ edges: EDGES, ...more }, ({ agent, turn, n }) => answers[`${agent}${turn}.${n}`]);
}

async function recomputed(org: Org) {
  const again = new Recompute(TOOLS, org.ports());
  for (const group of readJournal(org.disk, [])) await again.take(group);
  return again.divergence;
}

/** The results that an agent was told in a turn. */
function told(org: Org, agent: string, turn: number): string[] {
  return org.lines('used').flatMap((used) => (used.agent === agent && used.turn === turn ? [used.text] : []));
}

describe('earlier mail', () => {
  it('is read again as it was delivered, whatever became of its file, and the journal answers a replay', async () => {
    const org = scripted({
      'a2.1': [readMail('000001-human-01'), readMail('000001-b-01'), searchMail('secret kettle')],
    });
    org.drop('a', 'The kettle is blue.', { subject: 'Kettle' });
    org.drop('b', 'The secret kettle of b.');
    await org.turns(1);
    for (const path of org.paths(/^agents\/human\/outbox\/0/)) org.disk.put(path, 'Something else.');
    org.drop('a', 'Again.');
    await org.turns(1);
    const [own, other, search] = told(org, 'a', 2);
    expect(own).toMatch(
      /^<mail id="000001-human-01" from="human" .*subject="Kettle">\nThe kettle is blue\.\n<\/mail>$/,
    );
    expect(other).toBe('You wrote no message "000001-b-01", and were given none.');
    expect(search).toBe('No message has all words of "secret kettle".');
    expect(visitIn(org.journal(), 2, 'a')?.calls.every(({ exact }) => exact)).toBe(true);
    for (const path of org.paths(/^agents\/human\/outbox\//)) org.disk.unlink(path);
    expect(await recomputed(org)).toBeNull();
  });

  it('has the text that a person gave it before it was read', async () => {
    const org = scripted({
      'a1.1': [say('b', 'First words.')],
      'a3.1': [readMail('000001-a-01'), searchMail('better')],
    });
    org.disk.put('agents/b/resume.md', '---\nrole: b\nschedule: { every: 5 }\n---\nYou are b.\n');
    org.drop('a', 'Begin.');
    await org.turns(1);
    const [path = ''] = org.paths(/^agents\/a\/outbox\/000001-01/);
    org.disk.put(path, (org.read(path) ?? '').replaceAll('First words.', 'Better words.'));
    await org.turns(1);
    org.drop('a', 'Go on.');
    await org.turns(1);
    expect(org.lines('mail')).toHaveLength(1);
    for (const text of told(org, 'a', 3)) expect(text).toMatch(/from="you" to="b".*\nBetter words\.\n/);
  });

  it('offers its tools once a prompt does not show all of it, so that the stable part changes once', async () => {
    const org = scripted({});
    for (let i = 0; i < 4; i++) {
      org.drop('a', `Letter ${i}`);
      await org.turns(1);
    }
    const names = org.visits('a').map(({ tools }) => tools.filter(({ name }) => name.endsWith('_mail')).length);
    expect(names).toEqual([0, 0, 2, 2]); // the second prompt shows the last exchange with the person
    expect(new Set(org.visits('a').map(({ system, tools }) => JSON.stringify([system, tools]))).size).toBe(2);
  });

  it('a message that is too long for the inbox can be read whole in the same visit', async () => {
    const org = scripted({ 'a1.1': [readMail('000001-human-01')] }, { org: { limits: { inbox_tokens: 500 } } });
    org.drop('a', `${'x'.repeat(3000)} THE LAST LINE`);
    await org.turns(1);
    expect(textOf(org.visits('a')[0] as never)).toMatch(
      /\[cut: 1,01\d of 3,01\d characters; read_mail 000001-human-01 shows all\]/,
    );
    expect(told(org, 'a', 1)[0]).toContain('THE LAST LINE');
  });

  it('is the same after a kill between two calls', async () => {
    let calls = 0;
    const org = new Org({ edges: EDGES }, ({ n, turn }) => {
      calls++;
      return turn === 2 && n === 1 ? [readMail('000001-human-01')] : undefined;
    });
    org.drop('a', 'y'.repeat(5000));
    await org.turns(1);
    org.drop('a', 'Again.');
    calls = 0;
    org.disk.plan = () => (calls >= 2 ? 'crash-before' : 'go');
    await expect(org.turns(1)).rejects.toThrow(Crash);
    org.disk.plan = () => 'go';
    org.restart();
    await org.turns(1);
    const texts = org
      .visits('a')
      .filter(({ turn }) => turn === 2)
      .map(textOf);
    expect(new Set(texts).size).toBe(1);
    expect(texts[0]).toContain('[cut: 1,000 of 5,000 characters; read_mail 000001-human-01 shows all]');
    expect(visitIn(org.journal(), 2, 'a')?.calls.every(({ exact }) => exact)).toBe(true);
    expect(await recomputed(org)).toBeNull();
  });

  it('a redaction reaches what a tool showed of a message, and no prompt brings it back', async () => {
    const org = scripted({
      'a2.1': [readMail('000001-human-01'), searchMail('number')],
      'a3.1': [readMail('000001-human-01')],
    });
    org.drop('a', 'The number is 555-0199.', { subject: 'My number' });
    await org.turns(1);
    org.drop('a', 'Read it again.');
    await org.turns(1);
    redact(org.disk, load(org.disk), '000001-human-01');
    expect(verifyJournal(org.disk).faults).toEqual([]);
    expect([...org.disk.files()].filter(([, bytes]) => bytes.includes('555-0199')).map(([path]) => path)).toEqual([]);
    org.prompts.length = 0;
    org.drop('a', 'And now?');
    await org.turns(1);
    expect(JSON.stringify(org.prompts)).not.toContain('555-0199');
    expect(told(org, 'a', 3)[0]).toContain('[redacted]');
    expect(await recomputed(org)).toBeNull();
  });

  it('tainted mail taints again whoever reads or finds it', async () => {
    const org = scripted({
      'a1.1': [say('b', 'Words.')],
      'b3.1': [readMail('000001-a-01')],
      'b4.1': [searchMail('words')],
    });
    org.drop('a', 'Begin.');
    await org.with(async (engine) => {
      engine.idle();
      engine.state.rights.tainted.set('a', 'a page');
      await engine.turn();
      await engine.turn();
      engine.state.rights.tainted.clear();
      for (const turn of [3, 4]) {
        org.drop('b', 'Go.');
        await engine.turn();
        expect(engine.state.rights.tainted.get('b'), String(turn)).toBe(`call ${turn}.b.1`);
        engine.state.rights.tainted.clear();
      }
    });
  });
});

describe('an answer', () => {
  it('to a message of any age keeps its conversation, though another message is given', async () => {
    const org = scripted({
      'a2.1': [say('b', 'Plan?')],
      'b3.1': [say('a', 'The plan.')],
      'a4.1': [say('human', 'Accepted.', { reply_to: '000001-human-01' })],
    });
    org.drop('a', 'Build it.', { subject: 'A converter' });
    await org.turns(1);
    for (let turn = 2; turn <= 4; turn++) {
      org.drop('a', `Other ${turn}.`);
      await org.turns(1);
    }
    const last = org.messages('a').find(({ body }) => body.startsWith('Accepted'));
    expect(last).toMatchObject({ reply_to: '000001-human-01', thread: '000001-human-01', subject: 'Re: A converter' });
  });

  it('to what the agent does not know is refused', async () => {
    const org = scripted({ 'a2.1': [say('human', 'Hm.', { reply_to: '000001-human-02' })] });
    org.drop('b', 'For b.');
    await org.turns(1);
    org.drop('a', 'For a.');
    await org.turns(1);
    expect(org.messages('a')).toEqual([]);
    expect(org.lines('visit').at(-1)).toMatchObject({ agent: 'a', refused: 1, sent: 0 });
  });
});
