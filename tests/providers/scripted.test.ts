import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type Prompt, ProviderError, type Reply } from '../../src/core/model/call.ts';
import scripted from '../../src/providers/scripted.ts';
import { quickest } from '../quickest.ts';
import { keepsTheContract, type Scene } from './contract.ts';
import { HOSTILE, mailOf, modelOf, promptOf, secondCall, type World, world } from './world.ts';

const never = new AbortController().signal;
const PATH = 'org/script.yaml';
const send = (input: Record<string, unknown>) => ({ tool: 'send_message', input });

function open(text: string | null, outside: World = world()) {
  if (text !== null) outside.files[PATH] = text;
  return scripted.connect(modelOf({ provider: 'scripted', script: PATH }), outside);
}

async function ask(rules: unknown[], prompt: Prompt): Promise<Reply> {
  return (await open(stringify({ version: 1, rules }))).complete(prompt, never);
}

async function failureOf(text: string, prompt: Prompt = promptOf()): Promise<ProviderError> {
  const thrown = await open(text)
    .then((connection) => connection.complete(prompt, never))
    .catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(ProviderError);
  return thrown as ProviderError;
}

const SCENES: Record<Scene, unknown> = {
  answers: {
    when: { from: 'human' },
    reply: { text: 'Turn {turn} of {agent}.', acts: [send({ to: '{from}', body: '{body}' })] },
  },
  quotes: { when: { from: 'human' }, reply: { acts: [send({ to: '{from}', body: '<<{subject}>> {1}' })] } },
  hangs: { reply: { delay_ms: 60_000 } },
  fails: { reply: { delay_ms: 1, error: 'unavailable' } },
};

keepsTheContract(scripted, async (scene) => {
  const outside = world();
  const connection = await open(stringify({ version: 1, rules: [SCENES[scene]] }), outside);
  return { connection, attempts: () => outside.slept.length, started: async () => undefined };
});

describe('which rule answers', () => {
  const rules = [
    { when: { agent: 'planner' }, reply: { text: 'planner' } },
    { when: { from: ['anna', 'human'], kind: 'request' }, reply: { text: 'request {id}' } },
    { when: { from: 'human', subject: 'INVOICE' }, reply: { text: 'invoice {id}' } },
    { when: { body: '/colou?r (\\w+)/i' }, reply: { text: 'colour {1}' } },
    { when: { summary: true }, reply: { text: 'summary' } },
    { when: { turn: 9 }, reply: { text: 'nine' } },
    { reply: { text: 'else {from}' } },
  ];
  const cases: [string, Partial<Prompt>, string][] = [
    ['by author and kind', { mail: [mailOf({ kind: 'request' })] }, 'request 000001-human-01'],
    ['by subject, ignoring case', { mail: [mailOf({ subject: 'your invoice 7' })] }, 'invoice 000001-human-01'],
    ['by regular expression, with its group', { mail: [mailOf({ from: 'x', body: 'the COLOR red' })] }, 'colour red'],
    ['one mail must meet all conditions', { mail: [mailOf({ subject: 'invoice', from: 'x' }), mailOf()] }, 'else x'],
    ['by agent, without mail', { agent: 'planner', mail: [] }, 'planner'],
    ['by a summary that is due', { summaryDue: true, mail: [] }, 'summary'],
    ['by turn', { turn: 9, mail: [] }, 'nine'],
    ['the last one, from the first mail', {}, 'else human'],
    ['the last one, without mail', { mail: [] }, 'else {from}'],
  ];
  it.each(cases)('%s', async (_, fields, text) => {
    expect((await ask(rules, promptOf(fields))).text).toBe(text);
  });

  it('answers each mail by its first rule, in the order of the mail, and joins the acts', async () => {
    const reply = await ask(
      [
        { when: { from: 'human' }, reply: { text: 'to a person', acts: [send({ to: '{from}', body: '{subject}' })] } },
        { when: { kind: 'message' }, reply: { acts: [send({ to: '{from}', body: 'second' }), { tool: 'recall' }] } },
        { reply: { text: 'not used' } },
      ],
      promptOf({ mail: [mailOf({ from: 'anna' }), mailOf({ from: 'x', kind: 'notice' }), mailOf({ subject: 'Hi' })] }),
    );
    expect(reply.text).toBe('to a person');
    expect(reply.acts).toEqual([
      { id: 'scripted-1-1', tool: 'send_message', input: { to: 'anna', body: 'second' } },
      { id: 'scripted-1-2', tool: 'recall', input: {} },
      { id: 'scripted-1-3', tool: 'send_message', input: { to: 'human', body: 'Hi' } },
    ]);
  });

  it('says nothing when no rule holds', async () => {
    expect(await ask([{ when: { agent: 'x' }, reply: { text: 'no' } }], promptOf())).toMatchObject({
      text: '',
      acts: [],
    });
  });

  it('says nothing in a later call, unless a rule names the call or its result', async () => {
    expect(await ask([{ reply: { text: 'again' } }], secondCall())).toMatchObject({ text: '', acts: [] });
    expect((await ask([{ when: { call: 2 }, reply: { text: 'two' } }], secondCall())).text).toBe('two');
    expect((await ask([{ when: { call: 1 }, reply: { text: 'one' } }], secondCall())).text).toBe('');
    const rule = {
      when: { from: 'human', body: '/(how)/i', result: '/refused: (.*)/' },
      reply: { text: '{1}, {2}: {result}' },
    };
    expect((await ask([rule], secondCall())).text).toBe('How, no edge: the plan\nrefused: no edge');
    expect((await ask([{ when: { result: 'the plan' }, reply: { text: 'no result yet' } }], promptOf())).text).toBe('');
  });

  it('looks at the results of the last reply only', async () => {
    const prompt = secondCall();
    const parts: Prompt['parts'] = [
      ...prompt.parts,
      { role: 'assistant', text: '', acts: [{ id: 'a', tool: 'recall', input: {} }] },
      { role: 'tool', id: 'a', tool: 'recall', text: 'new', ok: true },
    ];
    const rules = [
      { when: { result: 'the plan' }, reply: { text: 'old' } },
      { when: { result: 'new' }, reply: { text: '{result}' } },
    ];
    expect((await ask(rules, { ...prompt, n: 3, parts })).text).toBe('new');
  });
});

describe('what a rule inserts', () => {
  it('fills every string of text and inputs, once, and leaves other braces', async () => {
    const mail = [mailOf({ subject: '{agent} {1}', body: '{body}' })];
    const acts = [
      send({
        to: ['{from}', 'x'],
        deep: { body: '{thread}/{id}', count: 3, '{from}': null },
        odd: '{unknown} {} {10} {2}',
      }),
    ];
    const reply = await ask(
      [{ when: { subject: '/(agent)/' }, reply: { text: '{subject}|{body}|{1}|{turn}', acts } }],
      promptOf({ mail }),
    );
    expect(reply.text).toBe('{agent} {1}|{body}|agent|7');
    expect(reply.acts[0]?.input).toEqual({
      to: ['human', 'x'],
      deep: { body: '000001-human-01/000001-human-01', count: 3, '{from}': null },
      odd: '{unknown} {} {10} {2}',
    });
  });

  it('gives a group that took no part as empty text', async () => {
    const rule = { when: { body: '/are (you)|(we)/' }, reply: { text: '[{1}][{2}]' } };
    expect((await ask([rule], promptOf())).text).toBe('[you][]');
  });

  it('searches hostile text without being fooled or slowed', async () => {
    const rule = { when: { body: HOSTILE.trim() }, reply: { text: 'found' } };
    expect((await ask([rule], promptOf({ mail: [mailOf({ body: HOSTILE })] }))).text).toBe('found');
    const long = mailOf({ body: `${'a'.repeat(20_000)}needle` });
    const rules = [
      { when: { body: 'needle' }, reply: { text: 'beyond' } },
      { when: { body: '/^(a|b)*$/' }, reply: { text: '{1}' } },
    ];
    const search = async () => {
      const at = performance.now();
      expect((await ask(rules, promptOf({ mail: [long] }))).text).toBe('a');
      return performance.now() - at;
    };
    expect(await quickest(1000, search)).toBeLessThan(1000);
  });
});

describe('the cost, the delay and the failure of a reply', () => {
  it('is estimated from characters, within the limit of the output', async () => {
    const prompt = promptOf({
      system: 'x'.repeat(10),
      parts: [{ role: 'user', text: 'x'.repeat(11) }],
      maxOutputTokens: 3,
    });
    expect((await ask([{ reply: { text: 'four' } }], prompt)).usage).toMatchObject({
      input: 6,
      output: 1,
      reasoning: 0,
    });
    expect((await ask([{ reply: { text: 'x'.repeat(100) } }], prompt)).usage).toMatchObject({ output: 3 });
  });

  it('is what the rules say, summed', async () => {
    const rules = [{ when: { kind: 'message' }, reply: { usage: { input: 1000, output: 9000 } } }];
    expect((await ask(rules, promptOf())).usage).toMatchObject({ input: 1000, output: 9000 });
    expect((await ask(rules, promptOf({ mail: [mailOf(), mailOf()] }))).usage).toMatchObject({
      input: 2000,
      output: 18_000,
    });
  });

  it('fails as the rule says, after its delay, with the usage that was billed', async () => {
    const outside = world();
    const reply = { error: 'rate-limit', delay_ms: 2, usage: { input: 5 } };
    const connection = await open(stringify({ version: 1, rules: [{ reply }] }), outside);
    const error = await connection.complete(promptOf(), never).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ failure: 'rate-limit', usage: { input: 5, output: 0 }, retryAfterMs: null });
    expect(outside.slept).toEqual([2]);
  });

  it('takes no timer without a delay', async () => {
    const outside = world();
    await (await open(stringify({ version: 1, rules: [{ reply: { text: 'x' } }] }), outside)).complete(
      promptOf(),
      never,
    );
    expect(outside.slept).toEqual([]);
  });
});

describe('the script', () => {
  it('is built in when the org has none: a person is told that no model answered', async () => {
    const connection = await open(null);
    const reply = await connection.complete(
      promptOf({ mail: [mailOf({ subject: 'Tax {1}' }), mailOf({ from: 'planner' })] }),
      never,
    );
    expect(reply.acts).toHaveLength(1);
    expect(reply.acts[0]?.input).toMatchObject({ to: 'human', subject: 'Re: Tax {1}', reply_to: '000001-human-01' });
    expect(JSON.stringify(reply.acts)).toMatch(/\\"Tax \{1\}\\".*scripted.*no model.*org\/models\.yaml/);
  });

  it('counts as it is now', async () => {
    const outside = world();
    const connection = await open('version: 1\nrules: [{ reply: { text: one } }]', outside);
    expect((await connection.complete(promptOf(), never)).text).toBe('one');
    outside.files[PATH] = 'version: 1\nrules: [{ reply: { text: two } }]';
    expect((await connection.complete(promptOf(), never)).text).toBe('two');
  });

  it.each([
    ['version: 1\nrules: [', /^org\/script\.yaml:2:\d+: /],
    ['version: 1\nrules:\n  - when: { fom: human }\n    reply: {}\n', /^org\/script\.yaml:3:11: rules\.0\.when: .*fom/],
    ['version: 1\nrules:\n  - reply: { delay_ms: -1 }\n', /^org\/script\.yaml:3:24: rules\.0\.reply\.delay_ms: /],
    [
      'version: 1\nrules:\n  - when: { body: "/(/" }\n    reply: {}\n',
      /^org\/script\.yaml:3:19: rules\.0\.when\.body: /,
    ],
    ['', /^org\/script\.yaml:1:1: /],
    ['a: &a [1]\nb: [*c]', /^org\/script\.yaml/],
    [`rules: [${'1,'.repeat(600_000)}]`, /longer than/],
  ])('that is wrong is refused with its place: %#', async (text, message) => {
    const error = await failureOf(text);
    expect(error.failure).toBe('bad-request');
    expect(error.message).toMatch(message);
  });

  it.each(['/(a+)+$/', '/^(\\w+\\s?)*$/', '/((a|b+)?c*)+/', '/(?:x+){2,}/', '/(?<n>[()]+)+/', '/((a+))*/'])(
    'that repeats repetitions is refused: %s',
    async (body) => {
      const error = await failureOf(stringify({ version: 1, rules: [{ when: { body }, reply: {} }] }));
      expect(error.message).toMatch(/could take for ever/);
    },
  );

  it.each([
    '/v(\\d+(?:\\.\\d+)*)/',
    '/(\\w+,)+/',
    '/(a|b)*/',
    '/(a+)?(b+){2}/',
    '/[(+]+[)]+/',
    '/^(?=.*x)(?:y+z)+\\b/gm',
    '/etc/passwd',
    '(a+)+',
  ])('that repeats soundly is taken: %s', async (body) => {
    expect(await ask([{ when: { body }, reply: {} }], promptOf())).toMatchObject({ text: '' });
  });

  it('takes no options', async () => {
    await expect(scripted.connect(modelOf({ provider: 'scripted', options: { x: 1 } }), world())).rejects.toMatchObject(
      {
        failure: 'bad-request',
      },
    );
  });
});

it('answers in less than 3 microseconds', async () => {
  const connection = await open(
    stringify({
      version: 1,
      rules: [{ when: { from: 'human' }, reply: { acts: [send({ to: '{from}', body: 'ok {id}' })] } }],
    }),
  );
  const prompt = promptOf();
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 20; round++) {
    const at = performance.now();
    for (let i = 0; i < 5000; i++) await connection.complete(prompt, never);
    best = Math.min(best, (performance.now() - at) / 5000);
  }
  expect(best * 1000).toBeLessThan(3);
});
