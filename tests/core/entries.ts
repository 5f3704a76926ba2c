import fc from 'fast-check';
import type { CallKey, Reply, Usage } from '../../src/core/model/call.ts';
import type { Entry, Held } from '../../src/core/model/entry.ts';
import { type Request, TASK_VERBS } from '../../src/schema/records/request.ts';
import { letter } from './world.ts';

export const USAGE: Usage = { input: 10, cachedInput: 3, cacheWrite: 2, output: 7, reasoning: 1 };
export const KEY: CallKey = { turn: 1, agent: 'a', n: 1, attempt: 1 };

export function reply(more: Partial<Reply> = {}): Reply {
  return { text: '', acts: [], usage: USAGE, requestId: null, model: 'm-1', ...more };
}

export function intent(more: Partial<Extract<Entry, { k: 'intent' }>> = {}): Extract<Entry, { k: 'intent' }> {
  const prompt = { system: 'hash', pieces: [], max: 100 };
  const how = { unit: 'crew', model: 'm', provider: 'p', hash: 'h', reserve: 100, repeatable: false };
  return { k: 'intent', ...KEY, ...how, prompt, ...more };
}

export function replied(more: Partial<Extract<Entry, { k: 'reply' }>> = {}): Extract<Entry, { k: 'reply' }> {
  return { k: 'reply', ...KEY, cost: 60, over: 0, ms: 5, reply: reply(), ...more };
}

export function failed(more: Partial<Extract<Entry, { k: 'failed' }>> = {}): Extract<Entry, { k: 'failed' }> {
  return {
    k: 'failed',
    ...KEY,
    cost: 0,
    ms: 5,
    failure: 'timeout',
    message: 'late',
    usage: null,
    requestId: null,
    ...more,
  };
}

export function visited(more: Partial<Extract<Entry, { k: 'visit' }>> = {}): Extract<Entry, { k: 'visit' }> {
  return { k: 'visit', agent: 'a', outcome: 'ok', mail: [], sent: 0, refused: 0, held: 0, told: 0, notes: [], ...more };
}

export function asked(request: Request): Entry {
  return { k: 'request', request, time: 0 };
}

export function opened(turn: number, time = turn * 3_600_000): Entry {
  return { k: 'open', turn, time, boot: 'boot', lock: 1, version: '1' };
}

export function dead(more: Partial<Extract<Entry, { k: 'dead' }>['record']> = {}): Extract<Entry, { k: 'dead' }> {
  const message = letter();
  const record = {
    id: message.id,
    message: message.id,
    path: message.path,
    from: 'human',
    to: ['a'],
    turn: 2,
    revived: null,
  };
  return { k: 'dead', record: { ...record, reason: 'expired', ...more }, detail: 'too late' };
}

export const ASIDE: Extract<Entry, { k: 'aside' }> = {
  k: 'aside',
  turn: 1,
  id: 'aside-000001-1',
  path: 'agents/human/outbox/x.md',
  mark: 'm1',
  reason: 'malformed',
  detail: 'no YAML',
  owner: 'human',
};

const WAITING: Held = {
  id: 'A-1-a-1',
  turn: 1,
  agent: 'a',
  tool: 'shell',
  input: { command: 'ls' },
  rule: 'ask',
  contacts: ['human'],
  cause: [{ id: letter().id, from: 'human', subject: 'Hello', thread: letter().id, hops: 0 }],
  otherwise: 'It waits until somebody answers.',
};

export const HELD: Extract<Entry, { k: 'held' }> = { k: 'held', ...WAITING };

export const HIRED: Extract<Entry, { k: 'hired' }> = {
  k: 'hired',
  turn: 2,
  agent: 'kid',
  by: 'a',
  template: 'worker',
  files: [{ path: 'resume.md', text: '---\nrole: helps\n---\n' }],
  chart: { text: 'with kid', was: 'without' },
  credits: 30,
  from: 'a',
};

export const RETIRED: Extract<Entry, { k: 'retired' }> = {
  k: 'retired',
  turn: 3,
  agent: 'kid',
  by: 'a',
  chart: { text: 'without', was: 'with kid' },
  credits: 20,
  to: 'a',
};

export const TASK: Extract<Entry, { k: 'task' }>['task'] = {
  id: 'schema',
  turn: 1,
  by: 'human',
  since: 0,
  hops: 0,
  visits: 0,
  waits: [],
  title: 'Design the schema',
  status: 'assigned',
  assignee: 'a',
  capability: null,
  needs: [],
  waived: [],
  priority: 'normal',
  priority_from: 'fixed',
  retries: 2,
  attempts: 0,
  next_attempt: null,
  deadline: null,
  budget: null,
  parent: null,
  requires: [],
  ensures: [],
  key: null,
  artefacts: [],
  result: null,
  reason: null,
  cost: 0,
};

/** One line of every kind there is. */
export const EVERY: { [K in Entry['k']]: Extract<Entry, { k: K }> } = {
  open: { k: 'open', turn: 1, time: 0, boot: 'boot', lock: 1, version: '1' },
  file: { k: 'file', path: 'org/org.yaml', text: 'name: x\n' },
  workspace: { k: 'workspace', agent: 'a', entries: [{ name: 'notes.md' }, { name: 'page', files: 2 }], more: true },
  absent: { k: 'absent', agent: 'a', since: 1, why: 'The folder of the agent is missing.' },
  back: { k: 'back', agent: 'a' },
  lapsed: { k: 'lapsed', id: 'A-1-a-1', decision: 'deny', note: 'nobody answered within 1h' },
  answer: {
    k: 'answer',
    turn: 2,
    id: 'A-1-a-1',
    decision: 'approve',
    by: 'human',
    note: 'fine',
    hash: 'h',
    text: '---\ndecision: approve\n---\n',
    mends: 'aside-000001-1',
  },
  escalated: { k: 'escalated', turn: 3, to: 'boss', held: WAITING, otherwise: 'If nobody answers, it is denied.' },
  undo: {
    k: 'undo',
    turn: 2,
    of: '1',
    by: 'human',
    steps: [{ id: 'E-1-a-1', agent: 'a', on: 'agents/a/workspace/x', file: { text: null, was: 'x' } }],
  },
  withdrawn: { k: 'withdrawn', id: letter().id, by: 'human', to: ['a'] },
  undone: { k: 'undone', id: 'E-1-a-1', by: 'human', on: 'agents/a/workspace/x' },
  lost: { k: 'lost', id: letter().id, path: letter().path },
  drop: { k: 'drop', turn: 1, found: 'agents/human/outbox/x.md', hash: 'h', message: letter({ n: 9 }) },
  aside: ASIDE,
  mail: { k: 'mail', id: letter().id, subject: 'S', body: 'B', priority: 'high' },
  'mail-gone': { k: 'mail-gone', id: letter().id },
  request: {
    k: 'request',
    request: { ask: 'pause', by: 'human', agent: null },
    time: 0,
    file: 'agents/human/requests/r.yaml',
  },
  revived: { k: 'revived', turn: 2, id: letter().id, message: letter(), to: ['a'] },
  trusted: { k: 'trusted', tools: { 'tool weather': 'f'.repeat(64) } },
  sweep: { k: 'sweep', paths: ['agents/a/outbox/000001-01-b-x.md'] },
  intent: intent(),
  reply: replied(),
  failed: failed(),
  use: { k: 'use', turn: 1, agent: 'a', n: 1, act: 1, tool: 'read_file', input: { path: 'x' } },
  used: {
    k: 'used',
    turn: 1,
    agent: 'a',
    n: 1,
    act: 1,
    ok: true,
    text: 'done',
    files: [{ path: 'agents/a/workspace/x', text: 'y', was: null }],
  },
  blob: { k: 'blob', hash: 'h', text: 'long' },
  visit: visited(),
  sent: { k: 'sent', message: letter(), made: '2.1' },
  wrote: { k: 'wrote', agent: 'a', path: 'org/shared/x', text: 'new', was: 'old' },
  acked: { k: 'acked', agent: 'a', id: letter().id, author: 'human', reaction: 'ok' },
  dead: dead(),
  notice: { k: 'notice', to: 'a', about: 'ack', text: 'seen' },
  held: HELD,
  decided: {
    k: 'decided',
    id: HELD.id,
    decision: 'approved',
    by: 'human',
    note: 'fine',
    outcome: 'done',
    held: WAITING,
  },
  unpaid: { k: 'unpaid', id: HELD.id, cost: 20_000 },
  moved: { k: 'moved', from: letter().path, to: 'agents/human/outbox/archive/0000/000001-01-a-hello.md' },
  'task-file': {
    k: 'task-file',
    id: 'schema',
    by: 'human',
    text: '---\ntitle: Design the schema\nassignee: a\nstatus: assigned\n---\n',
    found: '---\ntitle: Design the schema\nassignee: a\n---\n',
    task: TASK,
    before: null,
    what: 'created, assigned to a',
  },
  task: {
    k: 'task',
    turn: 1,
    task: TASK,
    text: '---\ntitle: Design the schema\nassignee: a\nstatus: assigned\n---\n## History\n\n- 1.1 human: created\n',
    was: '---\ntitle: Design the schema\nassignee: a\n---\n',
    lines: 1,
  },
  'task-asked': { k: 'task-asked', turn: 1, by: 'human', do: 'start', id: 'schema', refused: 'it is running already' },
  run: {
    k: 'run',
    turn: 1,
    id: 'release-1',
    begun: {
      workflow: 'release',
      text: 'version: 1\nsteps:\n  - id: build\n    agent: a\n    do: Build it.\n',
      file: { version: 1, inputs: {}, steps: [{ id: 'build', agent: 'a', do: 'Build it.' }] },
      inputs: { version: '1.2' },
      owner: 'human',
      key: null,
      budget: null,
      hops: 0,
      mail: null,
      began: { turn: 1, time: 0 },
    },
    status: 'running',
    tainted: false,
    ended: null,
    result: null,
    reason: null,
    taken: [],
    rest: [],
    steps: {
      build: {
        status: 'running',
        round: 1,
        began: { turn: 1, time: 0 },
        ended: null,
        result: null,
        reason: null,
        work: [],
      },
    },
    page: '---\nworkflow: release\nstatus: running\n---\n',
    was: null,
  },
  'run-due': {
    k: 'run-due',
    workflow: 'release',
    mark: { since: 1, turn: 1, time: 0 },
    begin: [{ key: 'on/release/turn/1', inputs: {}, mail: null, hops: 0, tainted: false }],
    notices: ['Workflow release: 2 times of its cron had come; one run begins for all of them.'],
  },
  'run-asked': { k: 'run-asked', turn: 1, by: 'human', do: 'cancel', id: 'release-1', refused: 'it is completed' },
  'run-undo': { k: 'run-undo', turn: 1, key: 'run/release-1/build/undo', of: 'T-1-release-1-1', by: 'human' },
  'run-undone': {
    k: 'run-undone',
    turn: 1,
    key: 'run/release-1/build/undo',
    left: ['E-1-a-1 x (changed since by hand)'],
  },
  'run-file': { k: 'run-file', id: 'release-1', by: 'human', found: 'Edited.' },
  'run-archived': { k: 'run-archived', turn: 1, id: 'release-1' },
  'task-archived': { k: 'task-archived', turn: 1, id: 'schema' },
  hired: HIRED,
  retired: RETIRED,
  summarised: { k: 'summarised' },
  warned: { k: 'warned', scope: 'org' },
  commit: { k: 'commit', turn: 1, lock: 1 },
  done: { k: 'done', turn: 1 },
  synced: { k: 'synced', turn: 1 },
  recovered: { k: 'recovered', turn: 1, again: [], doubt: ['1.a.1.1'] },
  unplaced: {
    k: 'unplaced',
    turn: 1,
    id: 'unplaced-000001-1',
    path: 'org/shared/notes/x.md',
    kept: 'org/dead-letter/unplaced-000001-1.kept',
    after: 0,
    owner: 'a',
    detail: 'this is a file, but a folder belongs here',
    record: 'kept\n',
  },
  deferred: { k: 'deferred', turn: 1, agent: 'a' },
  'caught-up': { k: 'caught-up', agent: 'a' },
  redacted: { k: 'redacted', file: 1, seal: 's', hash: 'h', id: letter().id },
};

// --- Journals by chance ---

const agent = fc.constantFrom('a', 'b', 'c');
const anyone = fc.constantFrom('a', 'b', 'c', 'human');
const amount = fc.integer({ min: 0, max: 500 });
const key = fc.record({
  turn: fc.constant(1),
  agent: fc.constantFrom('a', 'b'),
  n: fc.constant(1),
  attempt: fc.constantFrom(1, 2),
});
const someone = fc.uniqueArray(anyone, { minLength: 1, maxLength: 3 });
/** A choice among what the journal told so far; where there is nothing yet it means nothing. */
const pick = fc.nat(1000);

/** Lines that are only known by what came before are drawn as a function of the ids so far. */
type Draft = (known: { messages: string[]; dead: string[]; asides: string[]; held: string[] }, n: number) => Entry;

function nth(list: readonly string[], i: number): string {
  return list[i % Math.max(1, list.length)] ?? 'nothing';
}

const request: fc.Arbitrary<Draft> = fc.oneof(
  fc.record({ agent, amount: fc.integer({ min: 1, max: 500 }) }).map(
    (r): Draft =>
      () =>
        asked({ ask: 'top-up', by: 'human', note: '', ...r }),
  ),
  fc.record({ ask: fc.constantFrom('pause' as const, 'resume' as const), agent: fc.option(agent) }).map(
    (r): Draft =>
      () =>
        asked({ by: 'human', ...r }),
  ),
  fc.record({ by: anyone, i: pick, all: fc.boolean() }).map(
    ({ by, i, all }): Draft =>
      (known) =>
        asked({ ask: 'read', by, ids: [nth(known.messages, i), ...(all ? ['notices'] : [])] }),
  ),
  fc.record({ by: anyone, i: pick }).map(
    ({ by, i }): Draft =>
      (known) =>
        asked({ ask: 'ack', by, id: nth(known.messages, i), reaction: '' }),
  ),
  fc.record({ i: pick, of: fc.boolean() }).map(
    ({ i, of }): Draft =>
      (known) =>
        asked({ ask: 'retry', by: 'human', id: nth(of ? known.dead : known.asides, i) }),
  ),
  fc.record({ ask: fc.constantFrom('approve' as const, 'deny' as const), i: pick }).map(
    ({ ask, i }): Draft =>
      (known) =>
        asked({ ask, by: 'human', id: nth(known.held, i), note: '' }),
  ),
  fc.record({ key, amount }).map(
    (r): Draft =>
      () =>
        asked({
          ask: 'settle-doubt',
          by: 'human',
          key: `${r.key.turn}.${r.key.agent}.${r.key.n}.${r.key.attempt}`,
          amount: r.amount,
        }),
  ),
  fc.record({ verb: fc.constantFrom(...TASK_VERBS), note: fc.constantFrom('', 'why') }).map(
    ({ verb, note }): Draft =>
      () =>
        asked({ ask: 'task', by: 'human', id: 'schema', do: verb, assignee: 'a', need: 'x', result: 'done', note }),
  ),
  fc.nat(3).map(
    (older): Draft =>
      () =>
        asked({ ask: 'archive-tasks', by: 'human', older }),
  ),
  fc.constantFrom('mail' as const, 'memory' as const, 'credits' as const, 'tasks' as const, 'all' as const).map(
    (scope): Draft =>
      () =>
        asked({ ask: 'reset', by: 'human', scope, archive: '' }),
  ),
);

const line: fc.Arbitrary<Draft> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .record({
        from: anyone,
        to: someone,
        body: fc.string({ maxLength: 600 }),
        thread: fc.option(fc.constantFrom('t1', 't2')),
      })
      .map(
        ({ thread, ...r }): Draft =>
          (known, n) => {
            const message = letter({ ...r, n, ...(thread === null ? {} : { thread }) });
            known.messages.push(message.id);
            return r.from === 'human'
              ? { k: 'drop', turn: 1, found: `drop-${n}`, hash: '', message }
              : { k: 'sent', message };
          },
      ),
  },
  {
    weight: 4,
    arbitrary: fc
      .record({
        agent,
        outcome: fc.constantFrom('ok' as const, 'failed' as const, 'skipped' as const),
        blame: fc.constantFrom('provider' as const, 'reply' as const, 'credits' as const, 'internal' as const),
        picks: fc.array(pick, { maxLength: 3 }),
        told: fc.nat(3),
      })
      .map(
        ({ picks, outcome, blame, ...r }): Draft =>
          (known) =>
            visited({
              ...r,
              outcome,
              mail: [...new Set(picks.map((i) => nth(known.messages, i)))],
              ...(outcome === 'ok' ? {} : { blame, reason: 'no credits' }),
            }),
      ),
  },
  {
    weight: 4,
    arbitrary: fc.record({ key, reserve: amount, unit: fc.constantFrom('crew', null) }).map(
      (r): Draft =>
        () =>
          intent({ ...r.key, reserve: r.reserve, unit: r.unit }),
    ),
  },
  {
    weight: 3,
    arbitrary: fc
      .record({ key, cost: amount, over: fc.constantFrom(0, 0, 5), usage: fc.constantFrom(USAGE, null) })
      .map(
        (r): Draft =>
          () =>
            replied({ ...r.key, cost: r.cost, over: r.over, reply: reply({ usage: r.usage }) }),
      ),
  },
  fc.record({ key, cost: amount, usage: fc.constantFrom(USAGE, null) }).map(
    (r): Draft =>
      () =>
        failed({ ...r.key, cost: r.cost, usage: r.usage }),
  ),
  fc.array(key, { maxLength: 2 }).map(
    (keys): Draft =>
      () => ({
        k: 'recovered',
        turn: 1,
        again: [],
        doubt: keys.map((k) => `${k.turn}.${k.agent}.${k.n}.${k.attempt}`),
      }),
  ),
  request,
  fc.record({ i: pick, to: fc.uniqueArray(agent, { minLength: 1, maxLength: 2 }) }).map(
    ({ i, to }): Draft =>
      (known) => {
        const message = nth(known.messages, i);
        known.dead.push(message);
        return dead({ id: message, message, to });
      },
  ),
  fc.record({ i: pick, to: fc.uniqueArray(agent, { minLength: 1, maxLength: 2 }) }).map(
    ({ i, to }): Draft =>
      (known) => {
        const id = nth(known.dead, i);
        return { k: 'revived', turn: 2, id, message: letter({ id, to }), to };
      },
  ),
  fc.record({ i: pick, body: fc.string({ maxLength: 600 }) }).map(
    ({ i, body }): Draft =>
      (known) => ({ k: 'mail', id: nth(known.messages, i), subject: 'edited', body, priority: 'low' }),
  ),
  pick.map(
    (i): Draft =>
      (known) => ({ k: 'mail-gone', id: nth(known.messages, i) }),
  ),
  fc
    .record({
      path: fc.constantFrom('org/org.yaml', 'agents/a/memory/x.md', 'agents/a/memory/y.md'),
      text: fc.constantFrom(null, 'one', 'two'),
    })
    .map(
      (r): Draft =>
        () => ({ k: 'file', ...r }),
    ),
  pick.map(
    (i): Draft =>
      (known, n) => {
        known.asides.push(`aside-${n}`);
        return { ...ASIDE, id: `aside-${n}`, path: `drop-${i % 3}` };
      },
  ),
  fc.record({ to: anyone, times: fc.integer({ min: 1, max: 3 }) }).map(
    ({ to }): Draft =>
      () => ({ k: 'notice', to, about: 'ack', text: 'seen' }),
  ),
  fc.constant<Draft>((known, n) => {
    known.held.push(`A-${n}`);
    return { ...HELD, id: `A-${n}` };
  }),
  pick.map(
    (i): Draft =>
      (known) => {
        const id = nth(known.held, i);
        const held = { ...WAITING, id };
        return { k: 'decided', id, decision: 'denied', by: 'human', note: '', outcome: '', held };
      },
  ),
  fc.record({ i: pick, decision: fc.constantFrom('approve' as const, 'deny' as const), of: fc.option(pick) }).map(
    ({ i, decision, of }): Draft =>
      (known) => {
        const more = of === null ? {} : { mends: nth(known.asides, of) };
        return { ...EVERY.answer, id: nth(known.held, i), decision, mends: undefined, ...more } as Entry;
      },
  ),
  pick.map(
    (i): Draft =>
      (known) => ({ ...EVERY.escalated, held: { ...WAITING, id: nth(known.held, i) } }),
  ),
  fc.record({ agent, from: fc.option(agent), credits: amount }).map(
    (r): Draft =>
      () => ({ ...HIRED, ...r }),
  ),
  fc.record({ agent, to: fc.option(agent), credits: amount }).map(
    (r): Draft =>
      () => ({ ...RETIRED, ...r }),
  ),
  fc.constantFrom('org', '@crew', 'a').map(
    (scope): Draft =>
      () => ({ k: 'warned', scope }),
  ),
  fc.constantFrom<Draft>(
    () => opened(1),
    () => opened(30),
    () => ({ k: 'commit', turn: 50, lock: 1 }),
    () => ({ k: 'summarised' }),
  ),
);

/** Lines as a journal could hold them: ids are given once, and what refers to one mostly refers to one that was given. */
export const journals: fc.Arbitrary<Entry[]> = fc.array(line, { maxLength: 60 }).map((drafts) => {
  const known = { messages: [], dead: [], asides: [], held: [] };
  return drafts.map((draft, i) => draft(known, i + 1));
});
