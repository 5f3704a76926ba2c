import { describe, expect, it } from 'vitest';
import { type Author, type Refused, type Routed, routed } from '../../../../src/core/mail/routes/route.ts';
import { leftOutText, routeShown, routeText, taskOf } from '../../../../src/core/mail/routes/words.ts';
import type { Config } from '../../../../src/core/model/config.ts';
import { readConfig } from '../../../../src/disk/config/config.ts';
import type { Message } from '../../../../src/schema/records/message.ts';
import { planFiles } from '../../../../src/testing/build-org.ts';

/** human, a and b write to c, d and e; a writes to b as well; nobody writes to x. */
function configOf(routes: object[]): Config {
  const files = planFiles({
    edges: { human: ['c', 'd', 'e', 'a'], a: ['b', 'c', 'd', 'e'], b: ['c', 'd', 'e'], x: [] },
    files: {
      'org/units/desk.md': '---\nmembers: [c, d]\n---\n',
      'org/routes.yaml': JSON.stringify({
        version: 1,
        routes: routes.map((route, i) => ({ name: `r${i + 1}`, ...route })),
      }),
    },
  });
  const { config, faults } = readConfig(files, ['human', 'a', 'b', 'c', 'd', 'e', 'x'], {});
  if (!config) throw new Error(JSON.stringify(faults));
  return config;
}

const MAIL: Message = {
  id: '000005-a-01',
  from: 'a',
  to: ['c'],
  turn: 5,
  kind: 'message',
  subject: 'The [Bill] is late',
  priority: 'normal',
  thread: '000005-a-01',
  hops: 1,
  path: 'agents/a/outbox/000005-01-c-the-bill-is-late.md',
  body: 'Please pay at once.',
};

const FREE: Author = { mayWrite: () => null, giveTask: (name) => `T-5-a-${name}` };
const route = (routes: object[], mail: Partial<Message> = {}, author: Partial<Author> = {}): Routed | null =>
  routed(configOf(routes), { ...MAIL, ...mail }, 6, { ...FREE, ...author });

describe('which messages a route is for', () => {
  it.each([
    ['everything', {}, true],
    ['an author by name', { from: 'a' }, true],
    ['another author', { from: ['b', 'human'] }, false],
    ['anybody', { from: '*', to: '*' }, true],
    ['a recipient by unit', { to: '@desk' }, true],
    ['an author of a unit', { from: '@desk' }, false],
    ['another recipient', { to: 'd' }, false],
    ['a kind', { kind: 'message' }, true],
    ['other kinds', { kind: ['request', 'task'] }, false],
    ['a priority, by its other name', { priority: 'medium' }, true],
    ['another priority', { priority: 'urgent' }, false],
    ['a tag in any case', { tag: ['x', 'bill'] }, true],
    ['a word of the subject is no tag', { tag: 'late' }, false],
    ['a text of the body', { text: 'PAY' }, true],
    ['a text of the subject', { text: ['nothing', 'is late'] }, true],
    ['another text', { text: 'refund' }, false],
    ['all conditions hold', { from: 'a', to: 'c', kind: 'message', tag: 'bill', text: 'pay' }, true],
    ['one does not', { from: 'a', to: 'c', kind: 'message', tag: 'bill', text: 'paid' }, false],
  ])('%s', (_name, when, applies) => {
    expect(route([{ when, do: { priority: 'high' } }])?.message.priority).toBe(applies ? 'high' : undefined);
  });
});

describe('what it does', () => {
  it('redirects those whom it is about, and keeps whom the author addressed', () => {
    const made = route([{ when: { to: 'c' }, do: { redirect: 'e' } }], { to: ['c', 'd'] });
    expect(made?.message).toMatchObject({
      to: ['d', 'e'],
      addressed: ['c', 'd'],
      routes: ['r1'],
      path: 'agents/a/outbox/000005-01-d-the-bill-is-late.md',
    });
    expect(made).toMatchObject({ added: ['e'], leftOut: [] });
    expect(routeText(made as Routed)).toBe('By the route r1: to d, e (addressed to c, d).');
  });

  it('copies to names, units and all, each once, never to the author', () => {
    const made = route([{ do: { copy: ['@desk', 'e', 'a'] } }, { do: { copy: '*' } }]);
    expect(made?.message.to).toEqual(['c', 'd', 'e', 'b'].sort(inChart));
    expect(made?.message.routes).toEqual(['r1', 'r2']);
  });

  it('sets the priority; the later route counts', () => {
    const made = route([{ do: { priority: 'low' } }, { do: { priority: 'critical' } }]);
    expect(made?.message).toMatchObject({ priority: 'urgent', routes: ['r2'], to: ['c'] });
    expect(made?.message).not.toHaveProperty('addressed');
    expect(routeText(made as Routed)).toBe('By the route r2: priority urgent.');
  });

  it('applies each route once to the message as its author addressed it', () => {
    const made = route([
      { when: { to: 'c' }, do: { redirect: 'd' } },
      { when: { to: 'd' }, do: { redirect: 'c' } },
    ]);
    expect(made?.message).toMatchObject({ to: ['d'], routes: ['r1'] });
  });

  it('lets the later of two redirections count', () => {
    const made = route([{ do: { redirect: 'd' } }, { do: { redirect: 'e' } }]);
    expect(made?.message).toMatchObject({ to: ['e'], routes: ['r2'] });
  });

  it('says nothing of a route that changes nothing', () => {
    for (const action of [{ redirect: 'c' }, { copy: 'c' }, { priority: 'normal' }, { digest: { every: 3 } }])
      expect(route([{ do: action }])).toMatchObject({ added: [], leftOut: [], message: MAIL });
    expect(route([{ do: { priority: 'normal' } }])?.message).not.toHaveProperty('routes');
  });

  it('makes tasks of it, in the order of the chart, and mail for the others', () => {
    const made = route([{ when: { to: '@desk' }, do: { task: true } }], { to: ['d', 'c', 'e'] });
    expect(made?.message).toMatchObject({
      to: ['e'],
      addressed: ['d', 'c', 'e'],
      became: { c: 'T-5-a-c', d: 'T-5-a-d' },
      routes: ['r1'],
    });
    expect(Object.keys(made?.message.became ?? {})).toEqual(['c', 'd']);
    const all = route([{ do: { task: true, priority: 'high' } }]) as Routed;
    expect(all.message).toMatchObject({ to: [], path: MAIL.path });
    expect(routeText(all)).toBe('By the route r1: to nobody as mail (addressed to c); task T-5-a-c for c.');
    expect(routeShown(all)).toBe('By the route r1: to nobody as mail (addressed to c); as a task for c.');
  });

  it('names the route that redirected what became a task', () => {
    const made = route([{ do: { redirect: 'e' } }, { do: { task: true } }]);
    expect(made?.message).toMatchObject({ to: [], became: { e: 'T-5-a-e' }, routes: ['r1', 'r2'], addressed: ['c'] });
  });

  it('gives a reader the message once: as a task, if one route says so', () => {
    const made = route([{ do: { task: true } }, { do: { copy: 'c' } }]);
    expect(made?.message).toMatchObject({ to: [], became: { c: 'T-5-a-c' }, routes: ['r1'] });
  });

  it('leaves as mail what may not be a task', () => {
    const no = { giveTask: (): Refused => ({ rule: 'task', text: 'Too many.' }) };
    const refused = route([{ do: { task: true } }], {}, no);
    expect(refused).toMatchObject({ message: MAIL, leftOut: [{ route: 'r1', rule: 'task', text: 'Too many.' }] });
    for (const mail of [{ attachments: ['x.md'] }, { asks: 'plan' }, { body: 'x'.repeat(200_000) }])
      expect(route([{ do: { task: true } }], mail)).toMatchObject({
        message: { to: ['c'] },
        leftOut: [{ rule: 'route' }],
      });
  });

  it('makes no task of the report of a task; other reports become one', () => {
    const routes = [{ do: { redirect: 'd', task: true } }];
    const report = route(routes, { kind: 'report', task: 'T-3-c-1' });
    expect(report).toMatchObject({ message: { to: ['d'], routes: ['r1'] }, leftOut: [] });
    expect(report?.message).not.toHaveProperty('became');
    const others = [{ kind: 'report' }, { kind: 'request', task: 'T-3-c-1' }] as const;
    for (const mail of others) expect(route(routes, mail)?.message.became).toEqual({ d: 'T-5-a-d' });
  });
});

describe('mail that is collected', () => {
  const digest = (every: number, more = {}) => ({ do: { digest: { every, ...more } } });
  it('is given in the next turn that is a multiple', () => {
    const made = route([digest(5)]) as Routed;
    expect(made).toMatchObject({ digest: { c: { turn: 10 } }, message: { routes: ['r1'], to: ['c'] } });
    expect(routeText(made)).toBe('By the route r1: collected for c until turn 10.');
    expect(route([digest(6)])).not.toHaveProperty('digest');
  });

  it('at a count, if there is one', () => {
    const made = route([digest(100, { count: 3 })], { to: ['c', 'd'] }) as Routed;
    expect(made.digest).toEqual({ c: { turn: 100, count: 3 }, d: { turn: 100, count: 3 } });
    expect(routeText(made)).toContain('collected for d until turn 100 or until there are 3 messages');
    expect(routeShown(made)).toBe('By the route r1: collected for c; collected for d.');
  });

  it('never when it is urgent, unless the route says so; and not beyond its end', () => {
    expect(route([digest(5)], { priority: 'urgent' })).not.toHaveProperty('digest');
    expect(route([digest(5), { do: { priority: 'urgent' } }])).not.toHaveProperty('digest');
    expect(route([digest(5), { do: { priority: 'low' } }], { priority: 'urgent' })?.digest).toEqual({
      c: { turn: 10 },
    });
    expect(route([digest(5, { urgent: true })], { priority: 'urgent' })?.digest).toEqual({ c: { turn: 10 } });
    expect(route([digest(100)], { expires: 8 })?.digest).toEqual({ c: { turn: 8 } });
    expect(route([digest(100)], { expires: 6 })).not.toHaveProperty('digest');
  });

  it('is given at once to whom it also goes in another way', () => {
    const rules = [{ when: { to: 'c' }, do: { digest: { every: 5 } } }];
    expect(route([...rules, { do: { copy: 'c' } }])).not.toHaveProperty('digest');
    expect(route([...rules, { when: { to: 'd' }, do: { redirect: 'c' } }], { to: ['c', 'd'] })).not.toHaveProperty(
      'digest',
    );
    expect(route([...rules, { when: { to: 'd' }, do: { redirect: 'c' } }], { to: ['d', 'c'] })).not.toHaveProperty(
      'digest',
    );
    expect(route([digest(5), { do: { redirect: 'e' } }], { to: ['c', 'd'] })?.digest).toEqual({ e: { turn: 10 } });
  });
});

describe('what the author may not do', () => {
  it('is left out and told; where nobody is left, those whom it addressed get it', () => {
    const made = route([{ do: { redirect: 'x', copy: ['x', '@desk'] } }]) as Routed;
    expect(made.message).toMatchObject({ to: ['c', 'd'], routes: ['r1'] });
    expect(made.leftOut.map(({ route, rule }) => [route, rule])).toEqual([
      ['r1', 'edge'],
      ['r1', 'edge'],
    ]);
    expect(leftOutText(made.leftOut[0] as Routed['leftOut'][number])).toContain(
      'The route r1 was not followed in full: The chart does not let a write to x.',
    );
  });

  it('is also what a policy forbids; whom the author addressed was judged before', () => {
    const no: Partial<Author> = { mayWrite: (name) => ({ rule: 'policy', text: `not ${name}` }) };
    expect(route([{ do: { redirect: ['d', 'c'] } }], {}, no)).toMatchObject({
      message: { to: ['c'] },
      leftOut: [{ rule: 'policy', text: 'not d' }],
    });
  });
});

it('a message makes a task with a title that a task may have', () => {
  expect(taskOf({ ...MAIL, subject: `  a\n${'😀'.repeat(200)}` }).title).toMatch(/^a (😀)+$/u);
  expect(taskOf({ ...MAIL, subject: `${'b'.repeat(300)}` }).title).toHaveLength(200);
  expect(taskOf({ ...MAIL, subject: ' ' })).toEqual({
    title: 'message',
    body: 'Please pay at once.\n\nThis was message 000005-a-01.',
  });
});

it('nothing is looked at where there are no routes, or none fits', () => {
  expect(route([])).toBeNull();
  expect(route([{ when: { from: 'x' }, do: { copy: 'e' } }])).toBeNull();
});

function inChart(one: string, other: string): number {
  const order = configOf([]).order;
  return order.indexOf(one) - order.indexOf(other);
}
