import { describe, expect, it } from 'vitest';
import type { ActCall, Json } from '../../src/core/call.ts';
import type { Entry } from '../../src/core/entry.ts';
import { judge, permitNext, toolsOf } from '../../src/core/judge.ts';
import { emptyDraft, type Scene, type Tool } from '../../src/core/tool.ts';
import { TOOLS } from '../../src/tools/all.ts';
import { asked, HELD } from './entries.ts';
import { configOf, mail, resumeOf, sceneOf, stateOf } from './world.ts';

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

function scene(more: Partial<Scene> = {}): Scene {
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
      because: 'The resume of a has it as ask:write_file.',
      always: 'write_file agent:a path:x',
      contacts: ['human'],
      cause: [],
      otherwise: 'It waits until somebody answers.',
      covers: {},
    });
    expect(at.draft.refusals).toEqual([]);
  });

  it('held once: the same again waits already, whatever the order of its fields', () => {
    const at = scene();
    const waits = (id: string) => ({ is: 'held', id, text: `The same act waits already as ${id}. You will be told.` });
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

describe('the tools an agent is shown', () => {
  const names = (agent: string) => toolsOf(TOOLS, config, resumeOf(config, agent)).map(({ name }) => name);

  it('are those that everyone has and those that its resume lists, with ask: or without', () => {
    expect(names('a').sort()).toEqual(['acknowledge', 'read_file', 'recall', 'remember', 'send_message', 'write_file']);
    expect(names('b').sort()).toEqual(['acknowledge', 'send_message']);
  });

  it('are the same list for the same configuration, so that it can be a key', () => {
    const again = toolsOf(TOOLS, config, resumeOf(config, 'a'));
    expect(again).toBe(toolsOf(TOOLS, config, resumeOf(config, 'a')));
    expect(toolsOf(TOOLS, { ...config }, resumeOf(config, 'a'))).not.toBe(again);
  });
});
