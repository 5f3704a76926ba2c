import { createHash } from 'node:crypto';
import { parse, stringify } from 'yaml';
import { type ActCall, type Json, type Prompt, ProviderError, type Reply } from '../../src/core/model/call.ts';
import { approvalPath } from '../../src/core/model/paths.ts';
import { Engine } from '../../src/engine/turn/engine.ts';
import type { Provider } from '../../src/providers/provider.ts';
import type { Request } from '../../src/schema/records/request.ts';
import type { ChartLists, Sketch } from '../../src/testing/generators.ts';
import { Crash } from '../../src/testing/memory-disk.ts';
import { TOOLS } from '../../src/tools/all.ts';
import type { Deed } from './deeds.ts';
import { type Machine, newMachine, portsOf, visible } from './world.ts';

/** Ways to play the same deeds, none of which may show in the folder. */
export interface Manner {
  concurrency?: number;
  /** Whether the engine is closed, opened again, and robbed of `.lemming` when a deed says so. */
  reopen?: boolean;
  /** Whether the process is killed when a deed says so. */
  kill?: boolean;
  /** Requests are journaled between two engines, instead of laid into `requests/`. */
  post?: boolean;
  /** The files that people make between two turns are made in the opposite order. */
  backwards?: boolean;
  /** Calls end in an order of their own. */
  uneven?: number;
}

/** Milliseconds between two turns: more than the second in which calls of an agent are counted against its limit. */
const TURN_MS = 10_000;

/** Plays deeds on an organisation in memory. */
export class Play {
  readonly machine: Machine;
  /** Prompts that were answered, in the order of the calls. */
  readonly prompts: Prompt[] = [];
  engine: Engine;
  /** Paths of messages that a person deleted. */
  readonly deleted = new Set<string>();
  private readonly sketch: Sketch;
  private readonly manner: Manner;
  private readonly failing = new Map<string, { failure: string; until: number }>();
  /** Files that people are about to make. */
  private laid: [string, string][] = [];
  private drops = 0;
  private asks = 0;

  constructor(sketch: Sketch, manner: Manner = {}) {
    this.sketch = sketch;
    this.manner = manner;
    this.machine = newMachine(sketch.plan);
    this.setClock();
    this.engine = this.open();
  }

  private setClock(): void {
    const { clock } = this.machine;
    this.machine.disk.now = () => clock.now() - 10_000;
  }

  private open(): Engine {
    const { machine, manner } = this;
    const ports = portsOf(machine);
    const env = manner.concurrency === undefined ? {} : { LEMMING_LIMITS_CONCURRENCY: `${manner.concurrency}` };
    return Engine.open({ ...ports, env, provider: async (name) => this.provider(name) }, TOOLS, 'play');
  }

  private reopen(forget: boolean): void {
    try {
      this.engine.close();
      if (forget) this.forget();
      this.engine = this.open();
    } catch (error) {
      this.revive(error);
    }
  }

  private forget(): void {
    const { disk } = this.machine;
    for (const path of disk.files((p) => p.startsWith('.lemming/')).keys()) disk.remove(path);
  }

  async all(deeds: readonly Deed[]): Promise<this> {
    for (const deed of deeds) await this.play(deed);
    await this.play({ do: 'turn' });
    this.machine.disk.plan = () => 'go';
    this.engine.close();
    return this;
  }

  /** The files that must be the same. */
  get files(): Map<string, string> {
    return visible(this.machine.disk);
  }

  async play(deed: Deed): Promise<void> {
    switch (deed.do) {
      case 'turn':
        return this.turn();
      case 'send':
        return this.send(deed);
      case 'ask':
        return this.ask(deed.request);
      case 'answer':
        return this.answer(deed);
      case 'undo':
        return this.undo(deed);
      case 'write':
        return this.write(deed);
      case 'retire':
        return this.retire(deed.pick);
      case 'chart':
        return this.patch('org/chart.yaml', (chart) => toggle(chart as ChartText, deed));
      case 'grant':
        return this.patch('org/credits.yaml', (credits) => {
          const { agents } = credits as { agents: Record<string, { grant: number }> };
          agents[deed.agent] = { ...agents[deed.agent], grant: deed.credits };
        });
      case 'cap':
        return this.patch('org/credits.yaml', (credits) => {
          (credits as { org: { cap: number } }).org.cap = deed.credits;
        });
      case 'fail':
        this.failing.set(deed.agent, { failure: deed.failure, until: this.engine.state.clock.turn + deed.turns });
        return;
      case 'edit':
      case 'delete':
        return this.touchMail(deed);
      case 'reopen':
        if (this.manner.reopen) this.reopen(deed.forget);
        return;
      case 'kill':
        if (this.manner.kill) this.killAfter(deed.after);
        return;
    }
  }

  protected turn(): Promise<void> {
    return this.made();
  }

  /** Makes a turn; `before` sees the folder as its freeze will. */
  protected async made(before: () => Promise<void> = async () => {}): Promise<void> {
    this.putLaid();
    this.machine.clock.advance(TURN_MS);
    await before();
    try {
      await this.engine.turn();
    } catch (error) {
      this.revive(error);
      await this.engine.turn();
    }
  }

  /** A new process after a kill. */
  private revive(error: unknown): void {
    if (!(error instanceof Crash)) throw error;
    this.machine.disk = this.machine.disk.afterKill();
    this.setClock();
    this.machine.pid++;
    this.engine = this.open();
  }

  private killAfter(after: number): void {
    const { disk } = this.machine;
    const at = disk.count + after;
    disk.plan = ({ index }) =>
      index === at ? ((['crash-before', 'crash-torn', 'crash-after'] as const)[at % 3] ?? 'go') : 'go';
  }

  private send({ to, priority, body }: Extract<Deed, { do: 'send' }>): void {
    this.lay(
      `agents/human/outbox/drop-${String(++this.drops).padStart(4, '0')}.md`,
      `---\n${stringify({ to, priority })}---\n${body}\n`,
    );
  }

  private ask(request: Request): void {
    this.asks++;
    if (!this.manner.post)
      return this.lay(`agents/human/requests/r${String(this.asks).padStart(4, '0')}.yaml`, stringify(request));
    this.reopen(false);
    this.engine.post([{ k: 'request', request, time: this.machine.clock.now() }]);
  }

  private lay(path: string, text: string): void {
    this.laid.push([path, text]);
    if (!this.manner.backwards) this.putLaid();
  }

  private putLaid(): void {
    for (const [path, text] of this.laid.splice(0).reverse()) this.machine.disk.put(path, text);
  }

  private answer({ what, pick }: Extract<Deed, { do: 'answer' }>): void {
    const { state } = this.engine;
    const ids =
      what === 'read'
        ? [...(state.mail.inbox.get('human') ?? [])]
        : what === 'archive'
          ? this.saidToHuman()
          : [...(what === 'retry' ? state.dead.letters : state.approvals.pending).keys()];
    const id = ids.sort()[pick % Math.max(1, ids.length)];
    if (id === undefined) return;
    if (what === 'read' || what === 'archive') this.ask({ ask: what, by: 'human', ids: [id] });
    else if (what === 'retry') this.ask({ ask: 'retry', by: 'human', id });
    else this.ask({ ask: what, by: 'human', id, note: '' });
  }

  /** One of the last turns, or an agent. */
  private undo({ agent, pick }: Extract<Deed, { do: 'undo' }>): void {
    const turn = Math.max(1, this.engine.state.clock.turn - (pick % 3));
    this.ask({ ask: 'undo', by: 'human', id: agent ?? String(turn) });
  }

  /** Whether it was read or not, so that it does not matter when that was noted. */
  private saidToHuman(): string[] {
    return [...this.engine.state.mail.threads.values()]
      .flat()
      .flatMap(({ id, to }) => (to.includes('human') ? [id] : []));
  }

  private retire(pick: number): void {
    const names = [...this.engine.state.staff.hired.keys()].sort();
    const agent = names[pick % Math.max(1, names.length)];
    if (agent !== undefined) this.ask({ ask: 'retire', by: 'human', agent });
  }

  /** A text of the person's own, whatever the file said before. */
  private write({ decision, pick, note }: Extract<Deed, { do: 'write' }>): void {
    const ids = [...this.engine.state.approvals.pending.keys()].sort();
    const id = ids[pick % Math.max(1, ids.length)];
    if (id !== undefined) this.machine.disk.put(approvalPath(id), `---\ndecision: ${decision}\nnote: ${note}\n---\n`);
  }

  private patch(path: string, change: (data: unknown) => void): void {
    const { disk } = this.machine;
    const data: unknown = parse(disk.files((p) => p === path).get(path) ?? '');
    change(data);
    disk.put(path, stringify(data));
  }

  private touchMail(deed: Extract<Deed, { do: 'edit' | 'delete' }>): void {
    const { disk } = this.machine;
    const mails = [...this.engine.state.mail.waiting.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    const mail = mails[deed.pick % Math.max(1, mails.length)];
    const text = mail && disk.files((p) => p === mail.path).get(mail.path);
    if (mail === undefined || text === undefined) return;
    if (deed.do === 'edit') return disk.put(mail.path, `${text.slice(0, text.indexOf('\n---\n') + 5)}${deed.body}\n`);
    disk.remove(mail.path);
    this.deleted.add(mail.path);
  }

  protected provider(name: string): Provider {
    return {
      about: 'acts by hash, and fails when told to',
      repeatable: false,
      free: true,
      connect: async () => ({
        complete: async (prompt) => {
          this.prompts.push(prompt);
          for (let rounds = this.roundsFor(prompt); rounds > 0; rounds--) await new Promise(setImmediate);
          const failing = this.failing.get(prompt.agent);
          if (failing && name === 'actor' && prompt.turn <= failing.until) return fail(failing.failure);
          return act(prompt, ['human', ...this.sketch.agents, 'kid0', 'kid1']);
        },
      }),
    };
  }

  private roundsFor({ turn, agent, n }: Prompt): number {
    const { uneven } = this.manner;
    return uneven === undefined ? 0 : (digestOf(`${uneven}.${turn}.${agent}.${n}`)[0] ?? 0) % 6;
  }
}

interface ChartText {
  agents: Record<string, ChartLists>;
}

function toggle(chart: ChartText, { owner, side, other }: Extract<Deed, { do: 'chart' }>): void {
  const list = chart.agents[owner]?.[side] ?? [];
  const at = list.indexOf(other);
  if (at < 0) list.push(other);
  else list.splice(at, 1);
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function fail(failure: string): Reply {
  if (failure === 'error') throw new TypeError('nobody foresaw this');
  if (failure !== 'nonsense')
    throw new ProviderError(failure as ProviderError['failure'], `the provider says ${failure}`);
  const inputs: Json[] = [
    null,
    [],
    'x',
    1e9,
    { to: { '*': 1 } },
    { to: '../x', body: '' },
    JSON.parse('{"__proto__": {"to": "*"}}') as Json,
  ];
  const acts = inputs.map((input, i) => ({ id: `n${i}`, tool: i % 2 ? 'send_message' : 'write_file', input }));
  return {
    text: '\ud800',
    acts: [...acts, { id: 'n9', tool: '__proto__', input: {} }],
    usage: { input: Number.NaN, cachedInput: -1, cacheWrite: 0, output: 1e12, reasoning: 0 },
    requestId: null,
    model: 'actor',
  };
}

/** Wants anybody's rights for a new agent, and more credits than most have. */
function hireOf({ turn, agent }: Prompt, a: number, b: number, other: string): Json {
  return {
    name: `kid${a % 6}`,
    template: a % 16 ? 'helper' : 'nobody',
    credits: (b % 40) / 20,
    ...(b % 3 ? {} : { tools: ['write_file', b % 2 ? 'remember' : 'shell'] }),
    ...(a % 3 ? {} : { send_to: [other], read_from: [other] }),
    ...(b % 5 ? { message: `Begin, says ${agent} in turn ${turn}.` } : {}),
  };
}

/** Tries to write to anybody, whether there is an edge or not. */
function act(prompt: Prompt, names: readonly string[]): Reply {
  const digest = digestOf(`${prompt.turn}.${prompt.agent}.${prompt.n}`);
  const at = (i: number): number => digest[i] ?? 0;
  const acts: ActCall[] = [];
  const add = (tool: string, input: Json): void => void acts.push({ id: `act-${acts.length}`, tool, input });
  if (prompt.n === 1) {
    for (const i of [0, 1])
      add('send_message', {
        to: names[at(i) % names.length] ?? '',
        body: `body ${at(i)}`,
        ...(at(i + 2) % 3 ? {} : { expires_in: 1 }),
        ...(at(24 + i) % 3 ? {} : { kind: KINDS[at(26 + i) % KINDS.length] as string }),
      });
    if (at(4) % 4 === 0)
      add('send_message', { to: at(5) % 2 ? '*' : '@team', body: 'to many', priority: at(6) % 2 ? 'urgent' : 'low' });
    if (at(7) % 4 === 0) add('remember', { key: `k${at(8) % 2}`, text: `at ${prompt.turn}` });
    if (at(9) % 4 === 0)
      add('write_file', {
        path: `${at(10) % 2 ? 'shared/notes/' : ''}f${at(11) % 2}.txt`,
        content: `${prompt.agent} ${prompt.turn}`,
      });
    if (at(12) % 4 === 0 && prompt.mail[0]) add('acknowledge', { id: prompt.mail[0].id });
    if (at(15) % 4 === 0) add('hire_agent', hireOf(prompt, at(16), at(17), names[at(18) % names.length] ?? ''));
    const known = /^- (kid\d): /m.exec(prompt.system)?.[1];
    if (at(19) % 6 === 0) add('retire_agent', { name: known ?? 'kid0' });
  }
  if (at(20) % 3 === 0) add('done', doneOf(prompt, at(21)));
  return {
    text: at(13) % 3 ? '' : `note ${prompt.turn}`,
    acts,
    usage: { input: 1000, cachedInput: 0, cacheWrite: 0, output: 10 + at(14), reasoning: 0 },
    requestId: null,
    model: 'actor',
    ...(at(22) % 2 ? { ends: true as const } : {}),
  };
}
const KINDS = ['request', 'task', 'status', 'response', 'notice'];

/** Ends a visit with an answer, or says what is settled: mail that it was given, or was not. */
function doneOf({ mail, turn }: Prompt, draw: number): Json {
  if (draw % 3 === 0) return { answer: `answer ${turn}` };
  return draw % 3 === 1 ? {} : { settled: [mail[0]?.id ?? '000001-human-01'] };
}
