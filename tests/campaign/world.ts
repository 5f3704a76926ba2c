import { createHash } from 'node:crypto';
import { filesOf } from '../../src/core/journal/files.ts';
import type { ActCall, Json, Prompt, Reply } from '../../src/core/model/call.ts';
import type { Entry } from '../../src/core/model/entry.ts';
import type { Disk } from '../../src/disk/fs/disk.ts';
import type { Host } from '../../src/disk/fs/lock.ts';
import { finalFiles } from '../../src/disk/fs/materialise.ts';
import { readJournal } from '../../src/disk/journal/journal.ts';
import { machineOwner } from '../../src/disk/owner/owner.ts';
import type { Ports } from '../../src/engine/ports.ts';
import { Engine } from '../../src/engine/turn/engine.ts';
import type { Provider } from '../../src/providers/provider.ts';
import type { Fault } from '../../src/schema/fault.ts';
import { buildOrg, type OrgPlan } from '../../src/testing/build-org.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';
import { MemoryDisk } from '../../src/testing/memory-disk.ts';
import { TOOLS } from '../../src/tools/all.ts';
import { keptIn } from '../kept.ts';

/** A simulated machine: its disk, its clock, and how often the provider was asked. */
export interface Machine {
  disk: MemoryDisk;
  clock: FakeClock;
  boot: string;
  pid: number;
  /** Key → how often the provider was really called. */
  asked: Map<string, number>;
  /** Answers that differ at every call, from a provider that may bill twice. */
  differ: boolean;
  calls: number;
  /** How long the provider takes, by the key of the call; at once when absent. */
  pause?: (key: string) => Promise<void>;
  /** Characters of text in every reply. */
  chars?: number;
}

/** Chart shapes of five agents or so; `ping-pong` runs out of credits, `asking` waits for people, `priced` can pay some uses of tools. */
export const SHAPES: Record<string, OrgPlan> = {
  chain: plan({ human: ['a'], a: ['b', 'human'], b: ['c'], c: ['d'], d: ['a'] }),
  star: plan({ human: ['hub'], hub: ['a', 'b', 'c', 'human'], a: ['hub'], b: ['hub'], c: ['hub'] }),
  'ping-pong': plan(
    { human: ['a'], a: ['b', 'human'], b: ['a'] },
    { agents: { a: { grant: 0.03 }, b: { grant: 0.02 } }, org: { cap: 0.04 } },
  ),
  tree: plan({
    human: ['root'],
    root: ['l', 'r', 'human'],
    l: ['l1', 'l2', 'root'],
    r: ['root'],
    l1: ['l'],
    l2: ['l'],
  }),
  mesh: plan(
    { human: ['a', 'b'], a: ['b', 'c', 'human'], b: ['a', 'c'], c: ['a', 'b', 'human'] },
    { agents: { a: { grant: 1 }, b: { grant: 1, soft: 0.01 }, c: { grant: 1 } }, org: { per_turn: 0.05 } },
  ),
  asking: asking(plan({ human: ['a', 'b'], a: ['b', 'human'], b: ['a', 'human'] })),
  priced: priced(asking(plan({ human: ['a', 'b'], a: ['b', 'human'], b: ['a', 'human'] }))),
  hiring: hiring(plan({ human: ['a', 'b'], a: ['b', 'human'], b: ['a', 'human'] })),
};

/** Two agents hire in the first turn, and retire whom they hired in the second, while those work. */
function hiring(shape: OrgPlan): OrgPlan {
  const tools = ['write_file', 'hire_agent', 'retire_agent'];
  const helper = `---\nrole: Helps\ntools: [${tools.join(', ')}]\n---\nYou help.\n`;
  return {
    ...shape,
    org: { ...shape.org, policies: [{ act: 'hire_agent', do: 'auto' }] },
    resumes: { a: { tools }, b: { tools } },
    files: { ...shape.files, 'org/templates/helper.md': helper },
  };
}

/** Acts, approved ones too, and tools that work on the world cost something, and not all of it can be paid. */
function priced(shape: OrgPlan): OrgPlan {
  return {
    ...shape,
    org: { ...shape.org, tools: { prices: { send_message: 0.007, write_file: 0.011, remember: 0.003 } } },
    credits: { agents: { a: { grant: 0.07 }, b: { grant: 1, per_turn: 0.04 } }, org: { cap: 0.13 } },
  };
}

/** What the agents write to the human and remember is held; nobody answers, another person is asked, and then it is done. */
function asking(shape: OrgPlan): OrgPlan {
  const ask = { ask: ['human'] };
  return {
    ...shape,
    edges: { ...shape.edges, boss: [] },
    resumes: { ...shape.resumes, boss: { person: true } },
    org: {
      ...shape.org,
      policies: [
        { act: 'send_message to:human', do: ask },
        { act: 'remember', do: ask },
      ],
      approvals: { timeout: '1 turn', default: 'approve', escalate_to: ['human', 'boss'] },
    },
  };
}

function plan(edges: Record<string, string[]>, credits?: OrgPlan['credits']): OrgPlan {
  const agents = Object.keys(edges).filter((name) => name !== 'human');
  const grants = Object.fromEntries(agents.map((name) => [name, { grant: 10 }]));
  return {
    edges,
    org: { limits: { hops: 4, max_attempts: 2, concurrency: 3 }, summary: { agent: agents[0], every: 2 } },
    models: { default: { provider: 'actor', price: { per_call: 0.01 } } },
    credits: credits ?? { agents: grants, org: { cap: 100 } },
    resumes: Object.fromEntries(
      agents.map((name) => [name, { tools: ['write_file', 'read_file', 'remember'], shared: ['.'] }]),
    ),
    files: {
      'agents/human/outbox/first.md': `---\nto: ["*"]\nsubject: Begin\n---\nPlease begin.\n`,
      'agents/human/outbox/broken.md': '---\nto: [\n',
      'agents/human/outbox/.swp': 'leftover',
      [`agents/${agents[0]}/outbox/000000-forged.md`]: 'not ours',
      ...(agents[0] ? { [`agents/${agents[0]}/memory/old.md`]: '---\npin: true\n---\nAn old entry.\n' } : {}),
    },
  };
}

export function newMachine(shape: OrgPlan, differ = false): Machine {
  const disk = new MemoryDisk();
  buildOrg(disk, shape);
  disk.settle();
  return { disk, clock: new FakeClock(), boot: 'boot-1', pid: 100, asked: new Map(), differ, calls: 0 };
}

export function portsOf(machine: Machine): Ports {
  const { pid, boot } = machine;
  const host: Host = {
    pid,
    boot,
    name: 'here',
    place: 'org',
    startOf: (asked) => (asked === machine.pid ? `start-${machine.pid}` : null),
  };
  return {
    disk: machine.disk,
    kept: keptIn(machine.disk),
    clock: machine.clock,
    host,
    env: {},
    owner: machineOwner({}),
    provider: async () => actor(machine),
  };
}

/** A provider that does a bit of everything, chosen by a hash of what it is asked, and of the call's number when answers differ. */
function actor(machine: Machine): Provider {
  return {
    about: 'acts by hash',
    repeatable: !machine.differ,
    free: true,
    connect: async () => ({
      complete: async (prompt) => {
        machine.calls++;
        const key = `${prompt.turn}.${prompt.agent}.${prompt.n}`;
        machine.asked.set(key, (machine.asked.get(key) ?? 0) + 1);
        const reply = answer(prompt, machine.differ ? `call ${machine.calls}` : '');
        await machine.pause?.(key);
        return machine.chars ? { ...reply, text: 'x'.repeat(machine.chars) } : reply;
      },
    }),
  };
}

/** What the actor answers: a bit of everything. The same prompt and salt give the same answer. */
export function answer(prompt: Prompt, salt: string): Reply {
  const digest = createHash('sha256').update(`${prompt.turn}.${prompt.agent}.${prompt.n}.${salt}`).digest();
  const acts: ActCall[] = [];
  const act = (tool: string, input: Json): void => void acts.push({ id: `act-${acts.length}`, tool, input });
  const neighbours = [...prompt.system.matchAll(/^- ([a-z0-9]+): /gm)].map((match) => match[1] as string);
  if (prompt.n === 1) {
    const first = neighbours[(digest[0] ?? 0) % Math.max(1, neighbours.length)] ?? 'nobody';
    act('send_message', { to: first, subject: `Turn ${prompt.turn}`, body: `From ${prompt.agent} ${salt}`.trim() });
    if ((digest[1] ?? 0) % 3 === 0)
      act('send_message', {
        to: '*',
        body: `To all from ${prompt.agent} ${salt}`.trim(),
        priority: 'urgent',
        expires_in: 1,
      });
    if ((digest[2] ?? 0) % 3 === 0)
      act('write_file', { path: `work-${(digest[3] ?? 0) % 2}.txt`, content: `${prompt.turn} ${salt}` });
    if ((digest[4] ?? 0) % 3 === 0)
      act('remember', { key: `k${(digest[5] ?? 0) % 2}`, text: `at ${prompt.turn} ${salt}` });
    if ((digest[6] ?? 0) % 4 === 0) act('send_message', { to: 'nobody', body: 'refused' });
    if ((digest[7] ?? 0) % 4 === 0)
      act('write_file', { path: `shared/${prompt.agent}.txt`, content: `shared ${prompt.turn} ${salt}` });
    if (prompt.tools.some(({ name }) => name === 'hire_agent')) addStaffing(prompt, act);
    if ((digest[8] ?? 0) % 4 === 0 && prompt.mail[0]) act('acknowledge', { id: prompt.mail[0].id, reaction: 'ok' });
  }
  const usage = { input: 10, cachedInput: 0, cacheWrite: 0, output: 5, reasoning: 0 };
  return { text: prompt.n === 1 ? '' : 'done', acts, usage, requestId: `r-${salt}`, model: 'actor' };
}

function addStaffing({ turn, agent, system }: Prompt, act: (tool: string, input: Json) => void): void {
  const kid = `${agent}-kid`;
  if (turn === 1) act('hire_agent', { name: kid, template: 'helper', credits: 1, message: 'Begin.' });
  else if (system.includes(`- ${kid}: `)) act('retire_agent', { name: kid });
}

/** Opens the engine, makes turns until that one is committed, and closes it. */
export async function runTo(machine: Machine, turn: number): Promise<Engine> {
  const engine = Engine.open(portsOf(machine), TOOLS, 'run');
  while (engine.state.clock.turn < turn) await engine.turn();
  engine.idle();
  engine.close();
  return engine;
}

/** The files that must be the same bytes. */
export function visible(disk: MemoryDisk): Map<string, string> {
  return disk.files(
    (path) => !path.startsWith('org/journal/') && !path.startsWith('.lemming/') && !path.includes('/logs/'),
  );
}

export interface Books {
  entries: Entry[];
  faults: Fault[];
}

export function journalOf(disk: Disk): Books {
  const faults: Fault[] = [];
  const entries = [...readJournal(disk, faults)].flatMap((group) => group.entries);
  return { entries, faults };
}

/** What is wrong with a finished machine, in words; empty when all promises hold. */
export function brokenPromises(machine: Machine, engine: Engine, golden: Map<string, string> | null): string[] {
  const wrong: string[] = [];
  const { entries, faults } = journalOf(machine.disk);
  if (faults.length) wrong.push(`journal: ${faults[0]?.message}`);
  if (golden) wrong.push(...differences(golden, visible(machine.disk)));
  else wrong.push(...notAsJournaled(entries, machine.disk));
  wrong.push(...deliveredTwice(entries), ...moneyLost(engine, entries), ...unlistedCalls(machine, entries));
  return wrong;
}

/** Files in which a folder differs from another, in words. */
export function differences(golden: Map<string, string>, found: Map<string, string>): string[] {
  const wrong: string[] = [];
  for (const [path, text] of golden)
    if (found.get(path) !== text) wrong.push(`${path} ${found.has(path) ? 'differs' : 'is missing'}`);
  for (const path of found.keys()) if (!golden.has(path)) wrong.push(`${path} should not be there`);
  return wrong;
}

/** With answers that differ, the folder must be what the journal says. */
export function notAsJournaled(entries: Entry[], disk: Disk): string[] {
  const wrong: string[] = [];
  for (const [path, bytes] of finalFiles(entries.flatMap(filesOf))) {
    const found = disk.read(path);
    if (!found || Buffer.compare(found, bytes) !== 0) wrong.push(`${path} is not as the journal says`);
  }
  for (const entry of entries)
    if (entry.k === 'drop' && disk.read(entry.found)) wrong.push(`${entry.found} was not taken away`);
  return wrong;
}

/** Every message goes at most once to each recipient, and a committed message is waiting, delivered or dead. */
export function deliveredTwice(entries: Entry[]): string[] {
  const wrong: string[] = [];
  const given = new Set<string>();
  const ids = new Set<string>();
  for (const entry of entries) {
    if (entry.k === 'sent' || entry.k === 'drop') {
      if (ids.has(entry.message.id)) wrong.push(`${entry.message.id} was sent twice`);
      ids.add(entry.message.id);
    }
    if (entry.k !== 'visit' || entry.outcome !== 'ok') continue;
    for (const id of entry.mail) {
      if (given.has(`${entry.agent} ${id}`)) wrong.push(`${id} was delivered twice to ${entry.agent}`);
      given.add(`${entry.agent} ${id}`);
    }
  }
  return wrong;
}

/** spent + doubt is what the journal's replies and doubts say, and no cap is passed. */
export function moneyLost(engine: Pick<Engine, 'state' | 'config'>, entries: Entry[]): string[] {
  const { state, config } = engine;
  const charged = entries.reduce(
    (sum, entry) => sum + (entry.k === 'reply' || entry.k === 'failed' || entry.k === 'use' ? (entry.cost ?? 0) : 0),
    0,
  );
  const doubts = [...state.money.doubts.values()].reduce((sum, doubt) => sum + doubt.reserve, 0);
  const wrong: string[] = [];
  if (charged !== state.money.org.spent)
    wrong.push(`the org spent ${state.money.org.spent}, the replies cost ${charged}`);
  if (doubts !== state.money.org.doubt) wrong.push(`${state.money.org.doubt} in doubt, the doubts sum to ${doubts}`);
  const byAgent = [...state.staff.agents.values()].reduce((sum, agent) => sum + agent.spent, 0);
  if (byAgent !== state.money.org.spent) wrong.push('the sum of the agents is not the org');
  if (state.money.org.spent + state.money.org.doubt > (config.credits.org.cap ?? Infinity))
    wrong.push('the cap of the org was passed');
  for (const [name, caps] of Object.entries(config.credits.agents)) {
    const agent = state.staff.agents.get(name);
    if (agent && agent.spent + agent.doubt > caps.grant) wrong.push(`${name} spent more than it was granted`);
  }
  return wrong;
}

/** A call that was made again is either repeatable or listed as in doubt. */
export function unlistedCalls(machine: Pick<Machine, 'asked' | 'differ'>, entries: Entry[]): string[] {
  const wrong: string[] = [];
  const replies = new Map<string, number>();
  const doubts = new Map<string, number>();
  const count = (map: Map<string, number>, key: string): void => void map.set(key, (map.get(key) ?? 0) + 1);
  for (const entry of entries) {
    if (entry.k === 'reply') count(replies, `${entry.turn}.${entry.agent}.${entry.n}`);
    if (entry.k === 'recovered')
      for (const key of machine.differ ? entry.doubt : entry.again) count(doubts, key.split('.').slice(0, 3).join('.'));
  }
  for (const [key, times] of machine.asked) {
    const listed = (replies.get(key) ?? 0) + (doubts.get(key) ?? 0);
    if (times > listed) wrong.push(`${key} was asked ${times} times, ${listed} are listed`);
  }
  return wrong;
}
