import { describe, expect, it } from 'vitest';
import { OUTDATED } from '../../../src/core/approvals/covers.ts';
import type { ActCall, Json } from '../../../src/core/model/call.ts';
import type { Entry, Held } from '../../../src/core/model/entry.ts';
import { textHash } from '../../../src/core/model/hash.ts';
import { type ActContext, emptyDraft, NOTHING, type Stands, type Tool } from '../../../src/core/model/tool.ts';
import { asItStands, judge, permitNext, toolsOf } from '../../../src/core/turn/judge.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { asked, HELD } from '../entries.ts';
import { configOf, mail, resumeOf, sceneOf, stateOf } from '../world.ts';

const config = configOf({
  edges: { human: ['a'], a: ['b', 'human'], b: [] },
  resumes: { a: { tools: ['read_file', 'recall', 'ask:write_file', 'remember'] }, b: { tools: [] } },
});

function call(tool: string, input: Json): ActCall {
  return { id: 'c1', tool, input };
}

function toolOf(name: string): Tool {
  return TOOLS.get(name) as Tool;
}

function scene(more: Partial<ActContext> = {}): ActContext {
  return sceneOf(config, 'a', more);
}

describe('a redirect', () => {
  const own = configOf({
    edges: { human: ['a'], a: ['human'] },
    org: { policies: [{ act: 'fetch_url host:good.org:8443', do: 'deny' }] },
    resumes: { a: { tools: ['fetch_url'], hosts: ['good.org', 'good.org:8443', 'good.org:9000'] } },
  });
  const next = (to: string) => {
    const said = permitNext(toolOf('fetch_url'), sceneOf(own, 'a'), new URL('http://good.org/x'), to);
    return said.ok ? 'ok' : said.rule;
  };

  it.each([
    ['http://good.org/y', 'ok'],
    ['http://good.org:9000/', 'ok'],
    ['http://good.org:8443/', 'policy'],
    ['http://good.org:8444/', 'host'],
    ['http://evil.org/', 'host'],
  ])('to %s is judged anew where host or port is another: %s', (to, said) => expect(next(to)).toBe(said));
});

describe('an act is', () => {
  it('staged when the gate lets it pass', () => {
    const at = scene();
    expect(judge(TOOLS, at, call('send_message', { to: 'b', body: 'Hi.' }))).toMatchObject({ is: 'done', asks: false });
    expect(at.draft.sent).toMatchObject([{ message: { id: '000002-a-01', to: ['b'] }, held: false }]);
  });

  it('staged, and its result is wanted, when it asks', () => {
    expect(judge(TOOLS, scene(), call('recall', { key: 'k' }))).toMatchObject({ is: 'done', asks: true });
  });

  it('refused by the gate, and told with the rule', () => {
    const at = scene();
    expect(judge(TOOLS, at, call('send_message', { to: 'nobody', body: 'Hi.' }))).toMatchObject({
      is: 'refused',
      rule: 'edge',
      text: expect.stringMatching(/^Refused \(edge\): /),
    });
    expect(at.draft.refusals).toMatchObject([{ tool: 'send_message', rule: 'edge' }]);
    expect(at.draft.sent).toEqual([]);
  });

  it('refused by its schema before anything looks at its content', () => {
    const at = scene();
    expect(judge(TOOLS, at, call('send_message', { to: 'nobody' }))).toMatchObject({ is: 'refused', rule: 'input' });
    expect(judge(TOOLS, at, call('read_file', null))).toMatchObject({ is: 'refused', rule: 'input' });
  });

  it('refused by its own rule', () => {
    expect(judge(TOOLS, scene({ given: [mail()] }), call('acknowledge', { id: 'another' }))).toMatchObject({
      is: 'refused',
      rule: 'given',
    });
  });

  it.each(['', 'teleport', '__proto__', 'constructor', 'x'.repeat(10_000)])(
    'refused when there is no such tool: %.20s',
    (tool) => {
      const at = scene();
      expect(judge(TOOLS, at, call(tool, {}))).toMatchObject({ is: 'refused', rule: 'known-tool' });
      expect(at.draft.refusals[0]?.tool.length).toBeLessThanOrEqual(80);
    },
  );

  it('refused with the tools that the agent has in place of one that it has not', () => {
    const plain = configOf({ edges: { human: ['a'], a: ['human'] }, resumes: { a: { tools: ['recall'] } } });
    const said = (tool: string) => judge(TOOLS, sceneOf(plain, 'a'), call(tool, {}));
    const have = 'Yours: send_message, done, recall.';
    expect(said('shell')).toMatchObject({ text: `Refused (granted-tool): You have no tool "shell". ${have}` });
    expect(said('teleport')).toMatchObject({ text: `Refused (known-tool): You have no tool "teleport". ${have}` });
    const names = Array.from({ length: 31 }, (_, i) => `t${i}`);
    const many = new Map(names.map((name) => [name, { ...TOOLS.get('done'), spec: { name } }]));
    expect(judge(many as never, sceneOf(plain, 'a'), call('teleport', {}))).toMatchObject({
      text: expect.stringMatching(/ t29 and others\.$/),
    });
  });

  it('refused at once when it would wait for a person and could not be done, and leaves no trace when it could', () => {
    const hiring = configOf({
      edges: { human: ['a'], a: ['human'] },
      credits: { agents: { a: { grant: 5 } } },
      resumes: { a: { tools: ['hire_agent', 'retire_agent', 'ask:remember'] } },
      files: { 'org/templates/worker.md': '---\nrole: Works\n---\nYou work.\n' },
    });
    const at = sceneOf(hiring, 'a');
    const said = (tool: string, input: Json) => judge(TOOLS, at, call(tool, input));
    const wish = { name: 'kid', template: 'worker', credits: 1, message: 'Begin.' };
    for (const [more, rule] of [
      [{ name: 'a' }, 'name'],
      [{ name: 'a b' }, 'name'],
      [{ template: 'none' }, 'template'],
      [{ credits: 6 }, 'credits'],
    ] as const)
      expect(said('hire_agent', { ...wish, ...more })).toMatchObject({ is: 'refused', rule });
    expect(said('remember', { key: 'k', text: 't', expected: 3 })).toMatchObject({ is: 'refused', rule: 'version' });
    expect(at.draft.held).toEqual([]);
    const before = structuredClone({ ...at.draft, known: null, held: [] });
    expect(said('hire_agent', wish)).toMatchObject({ is: 'held' });
    expect(said('remember', { key: 'k', text: 't' })).toMatchObject({ is: 'held' });
    expect({ ...at.draft, known: null, held: [] }).toEqual(before);
  });

  it('held with its input, under ids that count', () => {
    const at = scene();
    const input = { path: 'x', content: 'y' };
    expect(judge(TOOLS, at, call('write_file', input))).toMatchObject({ is: 'held', id: 'A-2-a-1' });
    expect(judge(TOOLS, at, call('write_file', { ...input, path: 'z' }))).toMatchObject({ is: 'held', id: 'A-2-a-2' });
    expect(at.draft.held[0]).toEqual({
      shows: 'A new file "x":\n\n```diff\n+y\n```',
      id: 'A-2-a-1',
      turn: 2,
      agent: 'a',
      tool: 'write_file',
      input,
      rule: 'ask',
      because: 'The resume of a lists it as ask:write_file, so each use needs approval.',
      always: 'write_file agent:a path:x',
      contacts: ['human'],
      cause: [],
      otherwise: 'It waits until someone answers.',
      covers: {},
    });
    expect(at.draft.refusals).toEqual([]);
  });

  it('held once: the same again waits already, whatever the order of its fields', () => {
    const at = scene();
    const waits = (id: string) => ({
      is: 'held',
      id,
      text: `The same action is already waiting as ${id}. You will be told the answer.`,
    });
    expect(judge(TOOLS, at, call('write_file', { path: 'x', content: 'y' }))).toMatchObject({ id: 'A-2-a-1' });
    expect(judge(TOOLS, at, call('write_file', { content: 'y', path: 'x' }))).toEqual(waits('A-2-a-1'));
    expect(at.draft.held).toHaveLength(1);
    const later = scene({ draft: emptyDraft(1, 0, at.draft.held) });
    expect(judge(TOOLS, later, call('write_file', { path: 'x', content: 'y' }))).toEqual(waits('A-2-a-1'));
    expect(judge(TOOLS, later, call('write_file', { path: 'x', content: 'z' }))).toMatchObject({ id: 'A-2-a-2' });
  });

  it('held anew when the same of an earlier turn was answered, is another agent’s, or would take the place of something else', () => {
    const input = { path: 'x', content: 'y' };
    const before: Extract<Entry, { k: 'held' }> = { ...HELD, agent: 'a', tool: 'write_file', input };
    const again = (...lines: Entry[]) => judge(TOOLS, scene({ state: stateOf(...lines) }), call('write_file', input));
    expect(again(before)).toMatchObject({ id: HELD.id });
    const answered = asked({ ask: 'approve', by: 'human', id: HELD.id, note: '' });
    for (const lines of [
      [before, answered],
      [{ ...before, agent: 'b' }],
      [{ ...before, tool: 'edit_file' }],
      [{ ...before, over: 'h' }],
    ])
      expect(again(...lines)).toMatchObject({ is: 'held', id: 'A-2-a-1' });
  });

  it('held with what it may refer to of the mail of its visit, attachments too', () => {
    const at = { ...scene(), given: [mail({ attachments: ['a.png'] }), mail({ n: 2 })] };
    judge(TOOLS, at, call('write_file', { path: 'x', content: 'y' }));
    const [first, second] = at.given;
    expect(at.draft.held[0]?.cause).toEqual([
      { id: first?.id, from: 'human', subject: 'Hello', thread: first?.thread, hops: 0, attachments: ['a.png'] },
      { id: second?.id, from: 'human', subject: 'Hello', thread: second?.thread, hops: 0 },
    ]);
  });

  it('used in the world: at once, or when it was approved', () => {
    expect(judge(TOOLS, scene(), call('read_file', { path: 'x' }))).toEqual({
      is: 'use',
      tool: TOOLS.get('read_file'),
      value: { path: 'x', from: 0 },
      cost: 0,
    });
    expect(judge(TOOLS, scene(), call('write_file', { path: 'x', content: '' }), true)).toMatchObject({ is: 'use' });
  });

  it('judged against the visit’s own earlier acts', () => {
    const at = scene();
    judge(TOOLS, at, call('remember', { key: 'k', text: 'now' }));
    expect(judge(TOOLS, at, call('recall', { key: 'k' }))).toMatchObject({
      is: 'done',
      text: expect.stringContaining('now'),
    });
    judge(TOOLS, at, call('send_message', { to: 'b', body: 'One.' }));
    judge(TOOLS, at, call('send_message', { to: 'b', body: 'Two.' }));
    expect(at.draft.sent.map(({ message }) => message.id)).toEqual(['000002-a-01', '000002-a-02']);
  });
});

/** What stands at every path. */
function standing(text: string | null, path = 'agents/a/workspace/x'): ActContext['stands'] {
  const found: Stands = { path, text, hash: text === null ? NOTHING : textHash(text) };
  return () => found;
}

/** A write that waits, as it was shown when that stood there. */
function writeHeld(text: string | null): Held {
  const at = scene({ stands: standing(text) });
  judge(TOOLS, at, call('write_file', { path: 'x', content: 'y' }));
  return at.draft.held[0] as Held;
}

describe('an act that waits is shown', () => {
  const now = (held: Held, more: Partial<ActContext>, toolbox = TOOLS) => asItStands(toolbox, scene(more), held);

  it('as it was, while nothing it covers changed', () => {
    const held = writeHeld('old');
    expect(now(held, { stands: standing('old') })).toEqual({ changed: [], shows: held.shows });
    const { shows: _, ...unshown } = held;
    expect(now(unshown, { stands: standing('old') })).toEqual({ changed: [] });
  });

  it('anew, when the file that it would replace changed', () => {
    const { changed, shows } = now(writeHeld('old'), { stands: standing('by hand') });
    expect(changed).toEqual(['agents/a/workspace/x']);
    expect(shows).toContain('-by hand');
    expect(shows).not.toContain('old');
  });

  it('as it was, when its input or its tool is not known any more', () => {
    const held = writeHeld('old');
    const odd = { ...held, input: { path: 7 } };
    expect(now(odd, { stands: standing('by hand') })).toEqual({ changed: [], shows: held.shows });
    const gone = now(held, { stands: standing('by hand') }, new Map());
    expect(gone).toEqual({ changed: ['agents/a/workspace/x'] });
  });

  it('without words where its tool has none for it', () => {
    const bare = { ...toolOf('write_file'), preview: undefined } as unknown as Tool;
    const said = now(writeHeld('old'), { stands: standing('by hand') }, new Map([['write_file', bare]]));
    expect(said).toEqual({ changed: ['agents/a/workspace/x'] });
  });

  it('without words where it would be refused now', () => {
    const asks = configOf({ edges: { human: ['a'], a: ['human'] }, resumes: { a: { tools: ['ask:remember'] } } });
    const at = sceneOf(asks, 'a');
    judge(TOOLS, at, call('remember', { key: 'k', text: 'mine', expected: 0 }));
    const [held] = at.draft.held as [Held];
    expect(held.shows).toContain('+mine');
    const path = 'agents/a/memory/k.md';
    const state = stateOf({ k: 'file', path, text: '---\nkey: k\n---\nBy hand.\n' });
    expect(asItStands(TOOLS, sceneOf(asks, 'a', { state }), held)).toEqual({ changed: [path] });
  });

  it('with the conflict as it is now, when others wrote once more', () => {
    const input = { path: 'x', content: 'mine\n', expected: 'h' };
    const held: Held = {
      ...writeHeld(null),
      covers: {},
      input,
      over: textHash('theirs\n'),
      was: 'theirs\n',
      shows: 'As it was.',
    };
    const asWas = { changed: [], shows: 'As it was.' };
    expect(now(held, { stands: standing('theirs\n') })).toEqual(asWas);
    expect(now(held, { stands: standing(null) })).toEqual(asWas);
    expect(now(held, {})).toEqual(asWas);
    const { shows: _, was: __, ...bare } = held;
    expect(now(bare, { stands: standing('') })).toEqual({ changed: [] });
    const again = now(held, { stands: standing('theirs, again\n') });
    expect(again.changed).toEqual(['agents/a/workspace/x']);
    expect(again.shows).toContain('-theirs, again\n+mine');
  });
});

describe('an approved act whose work finds something else than what was shown', () => {
  const used = { ok: false, text: '', rule: OUTDATED };
  const approved = writeHeld('old');
  const work = (stands: ActContext['stands']) => {
    let there = standing('old');
    const at = scene({ approved, stands: (path) => there(path) });
    const verdict = judge(TOOLS, at, call('write_file', approved.input), true);
    there = stands;
    if (verdict.is !== 'use' || !verdict.ask) throw new Error(JSON.stringify(verdict));
    return { said: verdict.ask(used), held: at.draft.held };
  };

  it('is held again, with what changed', () => {
    const { said, held } = work(standing('by hand'));
    expect(said).toMatchObject({ is: 'held', id: 'A-2-a-1', text: expect.stringContaining('Held again as A-2-a-1') });
    expect(held).toMatchObject([{ again: { of: approved.id, changed: ['agents/a/workspace/x'] }, was: 'by hand' }]);
  });

  it('is only refused, when what was shown stands there again', () => {
    expect(work(standing('old'))).toEqual({ said: null, held: [] });
  });
});

it('nobody is to pay where nobody says what may be spent', () => {
  const dear = configOf({
    edges: { human: ['a'], a: ['human'] },
    resumes: { a: { tools: ['read_file'] } },
    org: { tools: { prices: { read_file: 0.02 } } },
  });
  const said = (canPay?: (cost: number) => boolean) =>
    judge(TOOLS, sceneOf(dear, 'a'), call('read_file', { path: 'x' }), false, canPay);
  expect(said()).toMatchObject({ is: 'use', cost: 20_000 });
  expect(said((cost) => cost <= 19_999)).toMatchObject({ is: 'refused', rule: 'credits' });
});

describe('the tools an agent is shown', () => {
  const names = (agent: string) => toolsOf(TOOLS, config, resumeOf(config, agent)).map(({ name }) => name);

  it('are those that everyone has and those that its resume lists, with ask: or without', () => {
    expect(names('a').sort()).toEqual(['done', 'read_file', 'recall', 'remember', 'send_message', 'write_file']);
    expect(names('b').sort()).toEqual(['done', 'send_message']);
  });

  it('are the same list for the same configuration, so that it can be a key', () => {
    const again = toolsOf(TOOLS, config, resumeOf(config, 'a'));
    expect(again).toBe(toolsOf(TOOLS, config, resumeOf(config, 'a')));
    expect(toolsOf(TOOLS, { ...config }, resumeOf(config, 'a'))).not.toBe(again);
  });
});
