import { describe, expect, it } from 'vitest';
import { apply } from '../../../src/core/journal/apply.ts';
import type { Entry } from '../../../src/core/model/entry.ts';
import type { State } from '../../../src/core/model/state.ts';
import { isOutbound, privateTo, taintOf } from '../../../src/core/rights/taint.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { HIRED } from '../entries.ts';
import { configOf, mail, resumeOf, sceneOf, sent, stateOf } from '../world.ts';

const CONFIG = configOf({
  edges: { human: ['a'], a: ['b', 'c'], b: ['a', 'c'], c: [] },
  resumes: {
    a: { tools: ['fetch_url', 'read_file'] },
    b: { tools: ['fetch_url'], shared: ['context', 'docs'] },
    c: { tools: ['fetch_url'] },
  },
});
const READ: Entry = { k: 'used', turn: 2, agent: 'a', n: 1, act: 1, ok: true, text: '', tainted: true, files: [] };
const MAIL = sent({ from: 'a', to: ['b'], turn: 2 });
const wrote = (agent: string, path: string): Entry => ({ k: 'wrote', agent, path, text: 'x', was: null });
const visit = (agent: string, ...ids: string[]): Entry => ({
  ...{ k: 'visit', agent, outcome: 'ok', mail: ids, sent: 0, refused: 0, held: 0, told: 0, notes: [] },
});
const why = (state: State, agent: string, given = [] as ReturnType<typeof mail>[]) =>
  taintOf(sceneOf(CONFIG, agent, { state, given }));

describe('an agent is tainted', () => {
  it('by a result that says so, until a person clears it; what it read first is told', () => {
    const state = stateOf(READ, { ...READ, turn: 3 });
    expect(why(state, 'a')).toBe('a has read text from strangers (call 2.a.1) and can reach its workspace.');
    expect(why(state, 'b')).toBe(null);
    apply(state, { k: 'request', time: 0, request: { ask: 'untaint', by: 'human', what: 'a' } });
    expect(why(state, 'a')).toBe(null);
  });

  it('by no other result', () => {
    const { tainted: _, ...clean } = READ as Extract<Entry, { k: 'used' }>;
    expect(why(stateOf(clean), 'a')).toBe(null);
  });

  it('by mail of one who is, from the visit on that it is given to', () => {
    const state = stateOf(READ, MAIL);
    expect(why(state, 'b')).toBe(null);
    expect(why(state, 'b', [mail({ from: 'a', to: ['b'], turn: 2 })])).toContain(
      '(000002-a-01) and can reach shared/context, shared/docs.',
    );
    apply(state, visit('b', MAIL.message.id, '000001-nobody-01'));
    expect(why(state, 'b')).toContain('000002-a-01');
    apply(state, sent({ from: 'b', to: ['c'], turn: 3 }));
    apply(state, visit('c', '000003-b-01'));
    expect(state.rights.tainted.get('c')).toBe('000003-b-01');
  });

  it('by who hired it, whose words its instructions may be', () => {
    const state = stateOf(READ, { ...HIRED, by: 'a', agent: 'kid' }, { ...HIRED, by: 'b', agent: 'other' });
    expect([state.rights.tainted.get('kid'), state.rights.tainted.has('other')]).toEqual(['call 2.a.1', false]);
  });

  it('by no mail that was written before', () => {
    const state = stateOf(MAIL, READ, visit('b', MAIL.message.id));
    expect(state.rights.tainted.has('b')).toBe(false);
  });

  it('by mail that is delivered again', () => {
    const state = stateOf(READ, { k: 'revived', turn: 3, id: 'x', message: MAIL.message, to: ['b'] });
    expect(state.mail.waiting.get(MAIL.message.id)?.tainted).toBe(true);
  });

  it('by the shared context that it is granted', () => {
    const state = stateOf(READ, wrote('a', 'org/shared/context/plan.md'), wrote('a', 'agents/a/memory/k.md'));
    expect(why(state, 'b')).toContain('(org/shared/context/plan.md)');
    expect(why(stateOf(READ, wrote('a', 'org/shared/docs/x.md')), 'b')).toBe(null);
    expect([...state.rights.tainted.keys()]).toEqual(['a', 'org/shared/context/plan.md']);
    apply(state, { k: 'request', time: 0, request: { ask: 'reset', by: 'human', scope: 'all', archive: 'x' } });
    expect(state.rights.tainted.size).toBe(0);
  });
});

describe('private data', () => {
  it('is shared files, memory, and a workspace that its tools show', () => {
    const memory = stateOf(wrote('c', 'agents/c/memory/k.md'));
    expect(['a', 'b', 'c'].map((name) => privateTo(memory, resumeOf(CONFIG, name)))).toEqual([
      'its workspace',
      'shared/context, shared/docs',
      'its memory',
    ]);
    expect(privateTo(stateOf(), resumeOf(CONFIG, 'c'))).toBe(null);
    expect(why(stateOf({ ...READ, agent: 'c' } as Entry), 'c')).toBe(null);
  });
});

describe('a tool is outbound', () => {
  const search = (settings: object | null) => configOf({ edges: { a: [] }, org: { search: settings } }).org;

  it.each([
    ['fetch_url', null, true],
    ['read_file', null, false],
    ['send_message', null, false],
    ['teleport', null, false],
    ['web_search', null, false],
    ['web_search', { backend: 'local', folder: 'pages' }, false],
    ['web_search', { backend: 'searxng', url: 'http://127.0.0.1', loopback: true }, true],
    ['web_search', { backend: 'brave', key: 'env:K' }, true],
    ['web_search', { backend: 'tavily', key: 'secret://k' }, true],
  ])('%s with %j: %s', (tool, settings, outbound) => {
    expect(isOutbound(TOOLS.get(tool), search(settings))).toBe(outbound);
  });
});
