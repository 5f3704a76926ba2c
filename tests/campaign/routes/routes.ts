import fc from 'fast-check';
import { expect } from 'vitest';
import { routed } from '../../../src/core/mail/routes/route.ts';
import { routeShown, routeText } from '../../../src/core/mail/routes/words.ts';
import type { Json, Prompt } from '../../../src/core/model/call.ts';
import { type Config, hasEdge } from '../../../src/core/model/config.ts';
import { readConfig } from '../../../src/disk/config/config.ts';
import { readMessage } from '../../../src/disk/intake/incoming-message.ts';
import { readJournal } from '../../../src/disk/journal/journal.ts';
import { Recompute } from '../../../src/engine/replay/recompute.ts';
import { printMessage } from '../../../src/schema/print.ts';
import { MESSAGE_KINDS, type Message, PRIORITIES } from '../../../src/schema/records/message.ts';
import { type OrgPlan, planFiles } from '../../../src/testing/build-org.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { type Act, Org, visible } from '../../regression/org.ts';

const NAMES = ['human', 'ada', 'bob', 'cy', 'dot'];
const WORDS = ['bill', 'PAY', '[bill]', 'x', 'İ', '😀', '[x] now'];

const someOf = <T>(values: readonly T[], most = 3): fc.Arbitrary<T | T[]> =>
  fc.oneof(fc.constantFrom(...values), fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: most }));
const maybe = <T>(value: fc.Arbitrary<T>, freq = 2): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined, freq });
const addresses = someOf([...NAMES, '@team', '*']);

const actions = fc
  .record({
    redirect: maybe(addresses),
    copy: maybe(addresses),
    priority: maybe(fc.constantFrom(...PRIORITIES, 'critical')),
    task: maybe(fc.constant(true)),
    digest: maybe(
      fc.record({
        every: fc.integer({ min: 1, max: 6 }),
        count: maybe(fc.integer({ min: 2, max: 4 })),
        urgent: fc.boolean(),
      }),
    ),
  })
  .filter((action) => Object.values(action).some((value) => value !== undefined));

const routes = fc.array(
  fc.record({
    when: fc.record({
      from: maybe(addresses),
      to: maybe(addresses),
      kind: maybe(someOf(MESSAGE_KINDS), 1),
      priority: maybe(someOf(PRIORITIES), 1),
      tag: maybe(someOf(['bill', 'X', 'none']), 1),
      text: maybe(someOf(WORDS), 1),
    }),
    do: actions,
  }),
  { maxLength: 6 },
);

/** A message that somebody wants to send in a turn. */
const letters = fc.record({
  turn: fc.integer({ min: 1, max: 4 }),
  from: fc.constantFrom(...NAMES),
  to: fc.uniqueArray(fc.constantFrom(...NAMES, '@team'), { minLength: 1, maxLength: 3 }),
  kind: fc.constantFrom(...MESSAGE_KINDS),
  priority: fc.constantFrom(...PRIORITIES),
  subject: fc.constantFrom(...WORDS, 'Hello'),
  body: fc.constantFrom(...WORDS, 'x'.repeat(900)),
  expires_in: maybe(fc.integer({ min: 1, max: 8 }), 1),
});
type Letter = typeof letters extends fc.Arbitrary<infer T> ? T : never;

export const stories = fc.record({
  edges: fc.uniqueArray(fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom(...NAMES)), {
    minLength: 8,
    maxLength: 25,
    selector: ([from, to]) => `${from} ${to}`,
  }),
  team: fc.subarray(NAMES.slice(1)),
  makers: fc.subarray(NAMES.slice(1)),
  asked: fc.constantFrom(...NAMES.slice(1), 'nobody'),
  routes,
  letters: fc.array(letters, { minLength: 1, maxLength: 16 }),
  hops: fc.integer({ min: 1, max: 6 }),
  every: fc.integer({ min: 1, max: 3 }),
  /** Operations of the disk after which the process is killed; null: never. */
  kill: fc.option(fc.nat(120)),
});
export type Story = typeof stories extends fc.Arbitrary<infer T> ? T : never;

function planOf({ edges, team, makers, asked, routes, hops, every }: Story): OrgPlan {
  const allowed = Object.fromEntries(
    NAMES.map((name) => [name, edges.flatMap(([from, to]) => (from === name && to !== name ? to : []))]),
  );
  const tools = (name: string): string[] => (makers.includes(name) ? ['create_task'] : []);
  return {
    edges: allowed,
    org: { limits: { hops, inbox_tokens: 300 }, policies: [{ act: `send_message to:${asked}`, do: 'deny' }] },
    resumes: Object.fromEntries(NAMES.slice(1).map((name) => [name, { tools: tools(name), schedule: { every } }])),
    files: {
      'org/units/team.md': `---\nmembers: ${JSON.stringify(team)}\n---\n`,
      'org/routes.yaml': JSON.stringify({ version: 1, routes: routes.map((one, i) => ({ name: `r${i}`, ...one })) }),
    },
  };
}

function configOf(story: Story): Config {
  const { config, faults } = readConfig(planFiles(planOf(story)), NAMES, {});
  if (!config) throw new Error(JSON.stringify(faults));
  return config;
}

/** Routes each letter and checks what must hold of any, whatever the routes say. */
export function checkRouting(story: Story): void {
  const config = configOf(story);
  for (const [i, letter] of story.letters.entries()) {
    const to = NAMES.filter((name) => letter.to.includes(name) && hasEdge(config, letter.from, name));
    if (to.length === 0) continue;
    const message = messageOf(letter, to, i + 1);
    const before = structuredClone(message);
    let n = 0;
    const author = {
      mayWrite: (name: string) => (name === story.asked ? { rule: 'policy', text: 'no' } : null),
      giveTask: (name: string) =>
        story.makers.includes(letter.from) ? `T-1-${letter.from}-${++n}` : { rule: 'x', text: `not ${name}` },
    };
    const made = routed(config, message, 5, author);
    n = 0;
    expect(routed(config, message, 5, author)).toEqual(made);
    expect(message).toEqual(before);
    if (!made) continue;
    const tasks = Object.keys(made.message.became ?? {});
    const readers = [...made.message.to, ...tasks];
    expect(readers.length).toBeGreaterThan(0);
    expect(new Set(readers).size).toBe(readers.length);
    for (const name of readers) {
      expect(hasEdge(config, letter.from, name)).toBe(true);
      expect(to.includes(name) || name !== story.asked).toBe(true);
    }
    // who was addressed and gets nothing was redirected
    if (to.some((name) => !readers.includes(name)))
      expect(config.routes.some((route) => route.do.redirect && made.message.routes?.includes(route.name))).toBe(true);
    for (const [name, { turn }] of Object.entries(made.digest ?? {})) {
      expect(made.message.to).toContain(name);
      expect(turn).toBeGreaterThan(5);
      expect(turn).toBeLessThanOrEqual(Math.min(10, message.expires ?? 10));
    }
    const { path } = made.message;
    expect(readMessage(printMessage(made.message), path).message).toEqual(made.message);
    const isChanged = made.message.routes !== undefined;
    expect([routeText(made) !== '', routeShown(made) !== '']).toEqual([isChanged, isChanged]);
  }
}

function messageOf({ from, kind, priority, subject, body, expires_in }: Letter, to: string[], n: number): Message {
  const id = `000004-${from}-${String(n).padStart(2, '0')}`;
  return {
    id,
    from,
    to,
    turn: 4,
    kind,
    subject,
    priority,
    thread: id,
    ...(expires_in === undefined ? {} : { expires: 4 + expires_in }),
    hops: 1,
    path: `agents/${from}/outbox/000004-${String(n).padStart(2, '0')}-${to[0]}-x.md`,
    body,
  };
}

function orgOf(story: Story, concurrency: number): Org {
  const org = new Org(planOf(story), (prompt): Act[] => [
    ...(prompt.task === undefined ? [] : [{ tool: 'complete_task', input: { result: 'Done.' } }]),
    ...lettersIn(story, prompt.agent, prompt.turn, prompt).map(
      (letter): Act => ({ tool: 'send_message', input: inputOf(letter) }),
    ),
    { tool: 'done', input: {} },
  ]);
  org.env.LEMMING_LIMITS_CONCURRENCY = String(concurrency);
  return org;
}

function lettersIn({ letters }: Story, from: string, turn: number, prompt?: Prompt): Letter[] {
  return prompt !== undefined && prompt.n > 1 ? [] : letters.filter((one) => one.from === from && one.turn === turn);
}

function inputOf({ turn: _, from: __, expires_in, ...letter }: Letter): Json {
  return JSON.parse(JSON.stringify({ ...letter, expires_in })) as Json;
}

/** Turns in which any story ends. */
const MOST_TURNS = 300;

/** Plays a story and checks everything that must hold. Returns the files of the organisation. */
export async function play(story: Story, concurrency: number): Promise<Map<string, string>> {
  const org = orgOf(story, concurrency);
  const drop = (turn: number): void => {
    for (const { to, body, kind, priority, subject } of lettersIn(story, 'human', turn))
      org.drop(to, body, { kind, priority, subject });
  };
  // everybody is awake in the first turn
  for (const name of NAMES.slice(1)) org.drop(name, 'Begin.', { kind: 'status', subject: 'begin' });
  if (story.kill === null)
    for (let turn = 1; turn <= 4; turn++) {
      drop(turn);
      await org.turns(1);
    }
  else {
    for (let turn = 1; turn <= 4; turn++) drop(turn);
    await org.dies(story.kill, () => org.turns(4));
  }
  // turns that pass count here, too: without them a run that waits for ever would hang the process
  const { end } = await org.run({ untilIdle: true, turns: MOST_TURNS });
  expect(end).toBe('idle');
  await check(org, story);
  const { host, provider } = org.ports();
  const recompute = new Recompute(TOOLS, { host, provider });
  for (const group of readJournal(org.disk, [])) await recompute.take(group);
  expect(recompute.divergence).toBeNull();
  return visible(org);
}

async function check(org: Org, story: Story): Promise<void> {
  const config = configOf(story);
  const given = new Map<string, number>();
  const note = (reader: string, id: string): void => {
    given.set(`${reader} ${id}`, (given.get(`${reader} ${id}`) ?? 0) + 1);
  };
  for (const { agent, mail, outcome } of org.lines('visit'))
    if (outcome === 'ok') for (const id of mail) note(agent, id);
  for (const { record } of org.lines('dead')) for (const name of record.to) note(name, record.message as string);
  const state = await org.look((engine) => engine.state);
  for (const [reader, ids] of state.mail.inbox) {
    // what wakes nobody may wait for ever
    for (const id of ids) {
      note(reader, id);
      if (reader !== 'human') expect(state.mail.waiting.get(id)?.kind).toBe('notice');
    }
  }
  const tasks = org.lines('task').flatMap(({ was, task }) => (was === null ? [`${task.assignee} ${task.id}`] : []));
  const all = [...org.lines('sent'), ...org.lines('drop')].map(({ message }) => message);
  for (const { id, from, to, became = {} } of all) {
    for (const name of [...to, ...Object.keys(became)]) expect(hasEdge(config, from, name)).toBe(true);
    for (const name of to) expect([name, id, given.get(`${name} ${id}`)]).toEqual([name, id, 1]);
    for (const [name, task] of Object.entries(became))
      expect(tasks.filter((one) => one === `${name} ${task}`)).toHaveLength(1);
  }
  expect(given.size).toBe(all.reduce((sum, { to }) => sum + to.length, 0));
  expect(tasks).toHaveLength(all.reduce((sum, { became = {} }) => sum + Object.keys(became).length, 0));
  for (const [reader, mail] of state.mail.collected)
    for (const { id } of mail) expect(state.mail.inbox.get(reader)).toContain(id);
}
