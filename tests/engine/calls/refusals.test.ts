import { describe, expect, it } from 'vitest';
import { type CallFailure, type Prompt, ProviderError } from '../../../src/core/model/call.ts';
import { readJournal } from '../../../src/disk/journal/journal.ts';
import { Recompute } from '../../../src/engine/replay/recompute.ts';
import type { OrgPlan } from '../../../src/testing/build-org.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { say } from '../../regression/org.ts';
import { Lab, service } from '../world.ts';

const PRICE = { per_call: 0 };
const EDGES = { human: ['a', 'b'], a: ['human', 'b'], b: ['human', 'a'] };

/** An organisation whose model refuses the prompts that `refuses` finds. */
class Picky extends Lab {
  refuses: (prompt: Prompt) => CallFailure | null = () => null;
  readonly asked: string[] = [];
  readonly texts: string[] = [];

  constructor(more: Partial<OrgPlan> = {}) {
    super({ edges: EDGES, models: { default: { provider: 'fake', price: PRICE } }, ...more });
    this.providers.fake = service((prompt) => {
      this.asked.push(`${prompt.agent} ${prompt.mail.length}`);
      this.texts.push(textOf(prompt));
      const failure = this.refuses(prompt);
      if (failure) throw new ProviderError(failure, 'the service says no');
      return {};
    });
  }

  dead(): string[] {
    return this.lines('dead').flatMap(({ record }) => record.message ?? []);
  }

  told(about = 'model'): string[] {
    return this.lines('notice').flatMap((notice) =>
      notice.about === about && notice.to === 'human' ? [notice.text] : [],
    );
  }

  blames(): string[] {
    return this.lines('visit').map(({ agent, outcome, blame }) => `${agent} ${blame ?? outcome}`);
  }
}

const textOf = ({ parts: [first] }: Prompt): string => (first?.role === 'user' ? first.text : '');
const holds =
  (word: string, failure: CallFailure = 'refused') =>
  (prompt: Prompt) =>
    textOf(prompt).includes(word) ? failure : null;

describe('a message that the model refuses', () => {
  it('is given up after its last attempt alone; the mail around it is read', async () => {
    const org = new Picky();
    for (const text of ['one', 'POISON', 'three', 'four']) org.drop('a', text);
    org.refuses = holds('POISON');
    expect(await org.run()).toMatchObject({ end: 'idle' });
    expect(org.dead()).toEqual(['000001-human-02']);
    expect(org.delivered('a').sort()).toEqual(['000001-human-01', '000001-human-03', '000001-human-04']);
    expect(org.asked.length).toBeLessThanOrEqual(10);
    expect(org.lines('dead')[0]?.detail).toContain('In that visit it was given alone');
  });

  it('does not poison its conversation: the next messages are read', async () => {
    const org = new Picky();
    org.drop('a', 'POISON', { thread: 'talk' });
    org.refuses = holds('POISON');
    await org.run();
    for (const text of ['Sorry for that.', 'Are you there?']) {
      org.drop('a', text, { thread: 'talk' });
      expect(await org.run()).toMatchObject({ end: 'idle' });
    }
    expect(org.dead()).toHaveLength(1);
    expect(org.delivered('a')).toHaveLength(2);
    expect(org.texts.at(-1)).not.toMatch(/POISON|000001-human-01"/);
  });

  it('is given up when it is all that the agent has, alone', async () => {
    const org = new Picky();
    org.drop('a', 'POISON');
    org.refuses = holds('POISON');
    await org.run();
    expect([org.dead().length, org.blames()]).toEqual([1, ['a refused', 'a refused', 'a refused']]);
  });

  it('that is too long is given in part', async () => {
    const org = new Picky({ org: { limits: { inbox_tokens: 10_000 } } });
    org.drop('a', `Please read: ${'long '.repeat(4000)}`);
    org.refuses = (prompt) => (textOf(prompt).length > 8000 ? 'too-long' : null);
    expect(await org.run()).toMatchObject({ end: 'idle' });
    expect([org.dead(), org.delivered('a').length]).toEqual([[], 1]);
    expect(org.texts.at(-1)).toMatch(/\[cut: [\d,]+ of 20,012 characters; read_mail/);
  });

  it('counts no attempt while the main model is down and only a spare one refuses', async () => {
    const org = new Picky({
      models: {
        default: { provider: 'down', price: PRICE, fallback: ['spare'] },
        spare: { provider: 'fake', price: PRICE },
      },
    });
    org.providers.down = service(() => Promise.reject(new ProviderError('unavailable', 'down')));
    org.refuses = () => 'refused';
    org.drop('a', 'Hello.');
    for (let i = 0; i < 5; i++) await org.run();
    expect(new Set(org.blames())).toEqual(new Set(['a provider']));
    expect(org.dead()).toEqual([]);
  });
});

describe('what is at fault is not the message', () => {
  it('when it is answered alone: what was left out is named', async () => {
    const org = new Picky();
    org.refuses = (prompt) => (textOf(prompt).includes('Your memory') ? 'refused' : null);
    org.withFile('agents/a/memory/note.md', '---\nkey: note\n---\nBAD WORDS\n');
    org.drop('a', 'Hello.');
    expect(await org.run()).toMatchObject({ end: 'idle' });
    expect([org.dead(), org.delivered('a').length]).toEqual([[], 1]);
    expect(org.told().join()).toMatch(/What was left out may be: the overview, memory/);
    expect(org.texts.at(-1)).toContain('one message alone. Left out: the overview, memory');
  });

  it.each(['too-long', 'refused'] as const)(
    'when the model refuses everything (%s): 50 letters are read once it is mended',
    async (failure) => {
      const org = new Picky();
      for (let i = 0; i < 50; i++) org.drop('a', `Letter ${i}`);
      org.refuses = () => failure;
      for (let i = 0; i < 8; i++) expect(await org.run()).toMatchObject({ end: 'failing' });
      expect(org.dead()).toEqual([]);
      expect(org.told()).toHaveLength(1);
      expect(org.told()[0]).toContain('The model default refuses whatever it is given');
      org.refuses = () => null;
      expect(await org.run()).toMatchObject({ end: 'idle' });
      expect([org.dead(), org.delivered('a').length]).toEqual([[], 50]);
    },
  );

  it('when the model refuses two agents', async () => {
    const org = new Picky();
    org.drop('a', 'Hello.');
    org.drop('b', 'Hello, too.');
    org.refuses = () => 'refused';
    for (let i = 0; i < 5; i++) await org.run();
    expect(org.dead()).toEqual([]);
    expect(new Set(org.blames())).toEqual(new Set(['a model', 'b model']));
    org.refuses = () => null;
    await org.run();
    expect([...org.delivered('a'), ...org.delivered('b')]).toHaveLength(2);
  });

  it('but two bad messages die when a third is answered', async () => {
    const org = new Picky();
    for (const text of ['POISON 1', 'POISON 2']) org.drop('a', text);
    org.refuses = holds('POISON');
    for (let i = 0; i < 4; i++) await org.run();
    expect(org.dead()).toEqual([]);
    org.drop('a', 'Hello.');
    await org.run();
    org.drop('a', 'And hello again.');
    await org.run();
    expect(org.delivered('a')).toHaveLength(2);
    expect(org.dead().sort()).toEqual(['000001-human-01', '000001-human-02']);
  });

  it('when a request is wrong whatever it says: no attempt, and a person is told at once', async () => {
    const org = new Picky();
    for (let i = 0; i < 50; i++) org.drop('a', `Letter ${i}`);
    org.refuses = () => 'bad-request';
    await org.turns(1);
    expect(org.told()).toEqual([expect.stringContaining('a cannot work: bad-request: the service says no')]);
    for (let i = 0; i < 6; i++) await org.run();
    expect([org.dead(), org.told().length]).toEqual([[], 1]);
    org.refuses = () => null;
    await org.run();
    expect(org.delivered('a')).toHaveLength(50);
    expect(await org.look(({ state }) => state.staff.agents.get('human')?.notices ?? [])).toEqual([]);
  });
});

describe('a visit that outgrows its model', () => {
  it('is cut: what it did stands, and it is told to read less', async () => {
    const org = new Picky({ resumes: { a: { tools: ['read_file'] } } });
    org.withFile('agents/a/workspace/big.txt', 'x'.repeat(5000));
    org.providers.fake = service(({ n, parts }) => {
      if (JSON.stringify(parts).length > 4000) throw new ProviderError('too-long', 'too many tokens');
      if (n > 1) return {};
      return {
        acts: [say('human', 'On it.'), { tool: 'read_file', input: { path: 'big.txt' } }].map((act, i) => ({
          id: `${i}`,
          ...act,
        })),
      };
    });
    org.drop('a', 'Read it.');
    const [report] = await org.turns(1);
    expect(report?.visits).toMatchObject([{ outcome: 'cut', reason: 'tokens', sent: 1 }]);
    expect(org.lines('notice').find(({ to }) => to === 'a')?.text).toContain('Read less at a time');
  });
});

it('refusals are judged again from their lines, to the same end', async () => {
  const org = new Picky({
    models: {
      default: { provider: 'fake', price: PRICE, fallback: ['spare'] },
      spare: { provider: 'rude', price: PRICE },
    },
  });
  org.providers.rude = service(() => Promise.reject(new ProviderError('refused', 'no')));
  for (const text of ['one', 'POISON', 'three', 'POISON, too']) org.drop('a', text);
  org.refuses = holds('POISON', 'too-long');
  await org.run();
  org.drop(['a', 'b'], 'down');
  org.refuses = holds('down', 'unavailable');
  await org.run();
  org.drop('b', 'odd');
  org.refuses = () => 'bad-request';
  await org.run();
  expect(org.blames()).toEqual(
    expect.arrayContaining(['a refused', 'a ok', 'a provider', 'a model', 'b provider', 'b config']),
  );
  const { host, provider } = org.ports();
  const recompute = new Recompute(TOOLS, { host, provider });
  for (const group of readJournal(org.disk, [])) await recompute.take(group);
  expect(recompute.divergence).toBeNull();
});
