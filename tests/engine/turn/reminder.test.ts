import { describe, expect, it } from 'vitest';
import { owedIn } from '../../../src/core/mail/owed.ts';
import type { Reply } from '../../../src/core/model/call.ts';
import { idleness } from '../../../src/core/turn/schedule.ts';
import { type Act, type Mind, textOf } from '../../regression/org.ts';
import { Lab } from '../world.ts';

const EDGES = { human: ['manager'], manager: ['human', 'planner'], planner: ['manager'] };

function model(text: string, ...acts: Act[]): Partial<Reply> {
  return { text, acts: acts.map((one, i) => ({ id: `${i + 1}`, ...one })), ends: undefined as never };
}

function send(to: string, body: string, kind: string): Act {
  return { tool: 'send_message', input: { to, body, kind } };
}

const DONE: Act = { tool: 'done', input: {} };

function lab(mind: Mind, more: Partial<ConstructorParameters<typeof Lab>[0]> = {}): Lab {
  return new Lab({ edges: EDGES, ...more }, mind);
}

const visitsOf = (org: Lab) => org.lines('visit').map(({ agent, outcome }) => `${agent} ${outcome}`);
const owedBy = (org: Lab) =>
  org.look(({ config, state }) => owedIn(config, state).map(({ agent, owed }) => [agent, ...owed.map(({ id }) => id)]));

/** A manager that hands over, and a planner that says so and does nothing until it is reminded. */
const forgetful: Mind = (prompt) => {
  const { agent, mail } = prompt;
  if (agent === 'manager') {
    if (mail[0]?.from === 'planner') return model('', send('human', 'It is done.', 'report'), DONE);
    return model('', send('human', 'I have it.', 'status'), send('planner', 'Plan it.', 'task'), DONE);
  }
  const isReminded = textOf(prompt).includes('## You owe an answer');
  return isReminded ? model('', send('manager', 'Here is the plan.', 'response'), DONE) : model('I hand it over.');
};

describe('a request that nobody answered', () => {
  it('brings a reminder before the organisation is idle, and the work goes on without a person', async () => {
    const org = lab(forgetful);
    org.drop('manager', 'A page, please.', { kind: 'request' });
    const report = await org.run();
    expect(report.end).toBe('idle');
    expect(org.messages('manager').at(-1)).toMatchObject({ to: ['human'], body: 'It is done.' });
    expect(await owedBy(org)).toEqual([]);
    expect(org.lines('visit').some(({ reminded }) => reminded?.includes('000001-manager-02'))).toBe(true);
  });

  it('brings one reminder, then is only named', async () => {
    const org = lab(({ agent, turn }) =>
      agent === 'manager' && turn === 1 ? model('', send('planner', 'Plan it.', 'request'), DONE) : model('Yes.'),
    );
    org.drop('manager', 'A page, please.', { kind: 'task' });
    expect((await org.run()).end).toBe('idle');
    const reminded = org.lines('visit').flatMap(({ agent, reminded = [] }) => reminded.map((id) => `${agent} ${id}`));
    expect(reminded.sort()).toEqual(['manager 000001-human-01', 'planner 000001-manager-01']);
    expect(await owedBy(org)).toEqual([['planner', '000001-manager-01']]);
    expect((await org.run()).turns).toBe(0);
  });

  it('is owed on by whoever passed it on, and by whoever said only that it has it', async () => {
    const org = lab(({ agent, n }) =>
      agent === 'manager' && n === 1
        ? model('', send('human', 'I have it.', 'status'), send('planner', 'FYI', 'message'), DONE)
        : model(''),
    );
    org.drop('manager', 'A page, please.');
    await org.turns(1);
    expect(await owedBy(org)).toEqual([['manager', '000001-human-01']]);
  });

  it('waits with the reminder while a person is asked about it, or an agent with its mail is paused', async () => {
    const org = lab(
      ({ agent }) =>
        agent === 'manager'
          ? model('', { tool: 'request_approval', input: { question: 'May I?' } }, { tool: 'done', input: {} })
          : model(''),
      { resumes: { manager: { tools: ['request_approval'] } } },
    );
    org.drop('manager', 'A page, please.');
    expect((await org.run()).end).toBe('idle');
    expect(visitsOf(org)).toEqual(['manager ok']);
    expect(await owedBy(org)).toEqual([['manager', '000001-human-01']]);
    const paused = lab(forgetful);
    await paused.ask({ ask: 'pause', by: 'human', agent: 'planner', reason: '' } as never);
    paused.drop('manager', 'A page, please.');
    expect((await paused.run()).end).toBe('idle');
    expect(visitsOf(paused)).toEqual(['manager ok']);
  });
});

describe('an answer', () => {
  it('pays for the message that it names, also from another conversation, and only when its author reads it', async () => {
    const answer = (input: object): Act => ({
      tool: 'send_message',
      input: { to: 'manager', body: 'Done.', kind: 'report', reply_to: '000001-manager-01', ...input } as never,
    });
    const org = lab(
      ({ agent, turn, n }) => {
        if (agent === 'manager')
          return turn === 1 && n === 1 ? model('', send('planner', 'Plan it.', 'task'), DONE) : [];
        if (turn === 2) return model('Later.');
        return n === 1 ? model('', answer(turn === 3 ? { to: 'human' } : {}), DONE) : [];
      },
      { edges: { ...EDGES, human: ['manager', 'planner'], planner: ['manager', 'human'] } },
    );
    org.drop('manager', 'A page, please.', { kind: 'status' });
    await org.turns(2);
    expect(await owedBy(org)).toEqual([['planner', '000001-manager-01']]);
    org.drop('planner', 'How is it going?', { kind: 'status' });
    await org.turns(1);
    expect(await owedBy(org)).toEqual([['planner', '000001-manager-01']]);
    org.drop('planner', 'And now?', { kind: 'status' });
    await org.turns(1);
    expect(await owedBy(org)).toEqual([]);
  });
});

describe('a question back', () => {
  it('pays nothing: the debt waits until its author wrote, and brings no reminder before', async () => {
    const org = lab(({ agent, turn, mail }) => {
      if (agent === 'manager')
        return turn === 1 ? model('', send('planner', 'Plan it.', 'task'), DONE) : model('', DONE);
      return mail[0]?.body === 'Plan it.' ? model('', send('manager', 'For whom?', 'request'), DONE) : model('', DONE);
    });
    org.drop('manager', 'A page, please.', { kind: 'status' });
    expect((await org.run()).end).toBe('idle');
    const asked = () =>
      org.look(({ config, state }) =>
        owedIn(config, state).flatMap(({ owed }) => owed.map(({ id, asked }) => [id, asked])),
      );
    expect(new Map((await asked()) as [string, boolean | undefined][])).toEqual(
      new Map([
        ['000001-manager-01', true],
        ['000002-planner-01', undefined],
      ]),
    );
    expect(org.lines('visit').flatMap(({ reminded = [] }) => reminded)).toEqual(['000002-planner-01']);
  });

  it('brings the reminder once its author wrote', async () => {
    const org = lab(({ agent, turn, mail }) => {
      if (agent === 'manager')
        return turn === 1
          ? model('', send('planner', 'Plan it.', 'task'), DONE)
          : mail[0]?.from === 'planner'
            ? model('', send('planner', 'For the café.', 'response'), DONE)
            : [];
      return mail[0]?.body === 'Plan it.' && turn === 2
        ? model('', send('manager', 'For whom?', 'request'), DONE)
        : model('', DONE);
    });
    org.drop('manager', 'A page, please.', { kind: 'status' });
    expect((await org.run()).end).toBe('idle');
    expect(org.lines('visit').flatMap(({ reminded = [] }) => reminded)).toEqual(['000001-manager-01']);
  });
});

describe('what needs no answer', () => {
  it("is a colleague's thanks; a person's costs its one visit", async () => {
    const org = lab(({ agent, mail }) =>
      agent === 'manager' && mail[0]?.from === 'human' && mail[0].subject === 'Go'
        ? model('', send('planner', 'Thanks!', 'message'), DONE)
        : model('', DONE),
    );
    org.drop('manager', 'Go', { subject: 'Thanks' });
    expect((await org.run()).end).toBe('idle');
    expect(visitsOf(org)).toEqual(['manager ok']);
    expect(await owedBy(org)).toEqual([]);
    org.drop('manager', 'Go', { subject: 'Go', kind: 'status' });
    expect((await org.run()).end).toBe('idle');
    expect(visitsOf(org)).toEqual(['manager ok', 'manager ok', 'planner ok']);
  });

  it('is what done settles, by its id; another id is refused with those that wait', async () => {
    const org = lab(({ agent, n }) =>
      agent === 'manager' && n === 1
        ? model('', { tool: 'done', input: { settled: ['000009-human-01'] } })
        : model('', { tool: 'done', input: { settled: ['000001-human-01'] } }),
    );
    org.drop('manager', 'Task.', { kind: 'task' });
    expect((await org.run()).end).toBe('idle');
    expect(textOf(org.prompts[1] as never)).toBeDefined();
    expect(JSON.stringify(org.prompts[1]?.parts)).toContain(
      'is not a message that waits for your answer: 000001-human-01',
    );
    expect(visitsOf(org)).toEqual(['manager ok']);
    expect(await owedBy(org)).toEqual([]);
  });

  it('is what rules answer: scripted organisations are visited as before', async () => {
    const org = lab(() => []);
    org.drop('manager', 'Task.', { kind: 'task' });
    expect((await org.run()).end).toBe('idle');
    expect(visitsOf(org)).toEqual(['manager ok']);
  });
});

it('what is owed follows from the journal alone, and a reminder is made again from it', async () => {
  const org = lab(forgetful);
  org.drop('manager', 'A page, please.', { kind: 'request' });
  await org.run();
  const live = await org.look(({ config, state }) => [idleness(config, state), owedIn(config, state)]);
  for (const path of org.paths(/^\.lemming\/state/)) org.disk.remove(path);
  expect(await org.look(({ config, state }) => [idleness(config, state), owedIn(config, state)])).toEqual(live);
});
