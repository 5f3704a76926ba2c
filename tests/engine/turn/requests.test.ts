import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { quickest } from '../../quickest.ts';
import { say } from '../../regression/org.ts';
import { Lab } from '../world.ts';

const id = (turn: number, i: number): string => `00000${turn}-a-${String(1 + (i % 50)).padStart(2, '0')}`;
const KINDS: ((i: number) => object)[] = [
  (i) => ({ ask: 'top-up', agent: 'a', amount: 10, note: `n${i}` }),
  (i) => ({ ask: i % 2 ? 'pause' : 'resume', agent: 'a' }),
  (i) => ({ ask: 'read', ids: [id(1, i)] }),
  (i) => ({ ask: 'ack', id: id(2, i), reaction: '' }),
  (i) => ({ ask: 'archive', ids: [id(2, i)] }),
  (i) => ({ ask: 'retry', id: `aside-000001-${i}` }),
  (i) => ({ ask: 'approve', id: `A-2-a-${i}`, note: '' }),
  (i) => ({ ask: 'undo', id: `E-2-a-${1 + (i % 50)}` }),
  () => ({ ask: 'nonsense' }),
];

/** A turn that takes in so many requests, of every kind that commands leave in great numbers. */
async function taken(many: number) {
  const plan = { edges: { human: ['a'], a: ['human'] }, credits: { agents: { a: { grant: 100 } } } };
  const org = new Lab(plan, ({ turn }) =>
    turn <= 2 ? Array.from({ length: 50 }, (_, i) => say('human', `Message ${i}`)) : undefined,
  );
  for (let turn = 1; turn <= 2; turn++) {
    org.drop('a', 'Go.');
    await org.turns(1);
  }
  const name = (i: number) => `agents/human/requests/r-${String(i).padStart(5, '0')}.yaml`;
  for (let i = 0; i < many; i++)
    org.disk.put(name(i), stringify({ by: 'human', ...KINDS[i % KINDS.length]?.(Math.floor(i / KINDS.length)) }));
  org.clock.advance(60_000);
  const { count } = org.disk;
  const began = performance.now();
  await org.turns(1);
  return { ms: performance.now() - began, operations: org.disk.count - count, org };
}

it('a turn takes in 2,440 request files in a few seconds: four times as many take four times as long', async () => {
  const [many, few] = [await taken(2440), await taken(610)]; // what is compiled meanwhile is on the side of the many
  expect([few, many].map(({ org }) => org.lines('request').length + org.lines('aside').length)).toEqual([610, 2440]);
  expect(many.org.paths(/requests\//)).toHaveLength(many.org.lines('aside').length);
  expect(many.operations / few.operations).toBeLessThan(4.5);
  const made = [{ few, many }];
  const ratio = async () => {
    const { few, many } = made.pop() ?? { few: await taken(610), many: await taken(2440) };
    expect(many.ms).toBeLessThan(10_000);
    return many.ms / few.ms;
  };
  expect(await quickest(5, ratio)).toBeLessThan(5);
}, 120_000);

const FILES = [{ path: 'resume.md', text: '---\nrole: Works\n---\nWork.\n' }];
const ENDS = { send_to: ['human', 'a'], read_from: ['human', 'a'] };

/** A turn in which so many agents come, the first of them as `odd` says, and one in which they go. */
async function staffed(many: number, odd: object = {}) {
  const org = new Lab({ edges: { human: ['a'], a: ['human'] } }, () => undefined);
  const made = async (ask: (agent: string, i: number) => object) => {
    for (let i = 0; i < many; i++)
      org.disk.put(`agents/human/requests/r-${i}.yaml`, stringify({ by: 'human', ...ask(`w-${i}`, i) }));
    org.clock.advance(60_000);
    const { count } = org.disk;
    const ms = await timedTurn(org);
    return { ms, operations: org.disk.count - count };
  };
  const hire = { ask: 'hire', files: FILES, ...ENDS, credits: 1 };
  const came = await made((agent, i) => ({ agent, ...hire, ...(i === 0 ? odd : {}) }));
  const hired = org.read('org/chart.yaml');
  const went = await made((agent) => ({ ask: 'retire', agent }));
  return { came, went, org, hired };
}

async function timedTurn(org: Lab): Promise<number> {
  const began = performance.now();
  await org.turns(1);
  return performance.now() - began;
}

it('400 agents come in one turn and go in the next: four times as many take four times the operations, and less than ten times as long', async () => {
  const [many, few] = [await staffed(400), await staffed(100)]; // what is compiled meanwhile is on the side of the many
  expect([many.org.lines('hired').length, many.org.lines('retired').length]).toEqual([400, 400]);
  expect(many.hired).toContain('  w-399: { send_to: [human, a], read_from: [human, a] }\n');
  expect(many.org.read('org/chart.yaml')).toBe(
    new Lab({ edges: { human: ['a'], a: ['human'] } }).read('org/chart.yaml'),
  );
  for (const turn of ['came', 'went'] as const) expect(many[turn].operations / few[turn].operations).toBeLessThan(4.5);
  const made = [{ few, many }];
  const ratio = async () => {
    const { few, many } = made.pop() ?? { few: await staffed(100), many: await staffed(400) };
    return Math.max(many.came.ms / few.came.ms, many.went.ms / few.went.ms);
  };
  // The line of each hire holds the chart as it was and as it is, so the bytes grow faster than the agents.
  expect(await quickest(10, ratio)).toBeLessThan(10);
}, 120_000);

it.each([
  ['a name that comes only after it', { send_to: ['w-7'] }, 'There is no agent "w-7"'],
  ['a name that there is not', { send_to: ['nobody'] }, 'There is no agent "nobody"'],
  ['a resume that cannot be read', { files: [{ path: 'resume.md', text: 'Work.' }] }, 'no front matter'],
])(
  'one of 100 hires has %s: only that one is not done',
  async (_, odd, why) => {
    const { org, came } = await staffed(100, odd);
    expect(org.lines('hired')).toHaveLength(99);
    expect(org.lines('notice').find(({ text }) => text.startsWith('w-0 was not hired'))?.text).toContain(why);
    expect(came.ms).toBeLessThan(10_000);
  },
  60_000,
);
