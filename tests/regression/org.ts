import { mailFiles, readMail } from '../../src/app/look/mail-index.ts';
import type { Json, Prompt, Reply } from '../../src/core/model/call.ts';
import type { Entry } from '../../src/core/model/entry.ts';
import { emptyState } from '../../src/core/model/state.ts';
import { readJournal } from '../../src/disk/journal/journal.ts';
import { ownerOf } from '../../src/disk/owner/owner.ts';
import type { TurnReport } from '../../src/engine/log/report.ts';
import type { Ports } from '../../src/engine/ports.ts';
import { Engine, type TurnOptions } from '../../src/engine/turn/engine.ts';
import { type RunOptions, type RunReport, run } from '../../src/engine/turn/run.ts';
import { provider } from '../../src/providers/find.ts';
import type { Provider } from '../../src/providers/provider.ts';
import type { Message } from '../../src/schema/records/message.ts';
import type { Request } from '../../src/schema/records/request.ts';
import { buildOrg, type OrgPlan } from '../../src/testing/build-org.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';
import { Crash, type DiskFate, MemoryDisk } from '../../src/testing/memory-disk.ts';
import { TOOLS } from '../../src/tools/all.ts';
import { keptIn } from '../kept.ts';

/** What an agent asks for, as a reply holds it. */
export interface Act {
  tool: string;
  input: Json;
}

/** What an agent answers: nothing, a note, acts, or a whole reply. */
export type Answer = undefined | string | Act[] | Partial<Reply>;
export type Mind = (prompt: Prompt) => Answer | Promise<Answer>;

export const USAGE = { input: 10, cachedInput: 0, cacheWrite: 0, output: 5, reasoning: 0 };
/** A model that costs a flat 0.01 credits a call. */
export const PRICED = { default: { provider: 'mind', price: { per_call: 0.01 } } };
/** 0.01 credits. */
export const CALL = 10_000;

export function say(to: string | string[], body: string, more: Record<string, Json> = {}): Act {
  return { tool: 'send_message', input: { to, body, ...more } };
}

/** An organisation on a machine in memory: its folder, its clock, and all that its agents were asked. */
export class Org {
  disk = new MemoryDisk();
  readonly clock = new FakeClock();
  readonly prompts: Prompt[] = [];
  /** false: every call may be billed again. */
  repeatable = true;
  pid = 1;
  env: Record<string, string> = {};
  readonly owners = new WeakMap();
  private drops = 0;
  private readonly mind: Mind;

  constructor(plan: OrgPlan, mind: Mind = () => undefined) {
    this.mind = mind;
    this.adopt(this.disk);
    buildOrg(this.disk, { models: { default: { provider: 'mind' } }, ...plan });
    this.disk.settle();
  }

  /** A person writes a file before anything runs. */
  withFile(path: string, text: string): this {
    this.disk.put(path, text);
    return this;
  }

  open(): Engine {
    return Engine.open(this.ports(), TOOLS, 'run');
  }

  ports(): Ports {
    const startOf = (asked: number) => (asked === this.pid ? `start-${asked}` : null);
    const host = { pid: this.pid, boot: 'boot', name: 'here', place: 'org', startOf };
    const find = async (name: string) => (name === 'mind' ? this.provider() : provider(name));
    return {
      disk: this.disk,
      kept: keptIn(this.disk),
      clock: this.clock,
      host,
      env: this.env,
      owner: ownerOf({ machine: this, env: this.env }),
      provider: find,
    };
  }

  private provider(): Provider {
    const complete = async (prompt: Prompt) => {
      this.prompts.push(prompt);
      return replyOf(await this.mind(prompt));
    };
    return { about: 'a function', repeatable: this.repeatable, free: true, connect: async () => ({ complete }) };
  }

  /** Works with an engine, and closes it whatever happens. */
  async with<T>(work: (engine: Engine) => Promise<T>): Promise<T> {
    const engine = this.open();
    try {
      return await work(engine);
    } finally {
      engine.close();
    }
  }

  turns(count: number, wish: TurnOptions = {}): Promise<TurnReport[]> {
    return this.with(async (engine) => {
      const reports: TurnReport[] = [];
      while (reports.length < count) reports.push(await engine.turn(wish));
      return reports;
    });
  }

  /** Makes turns; then the process is killed between two of them. */
  async killedAfter(count: number): Promise<void> {
    const engine = this.open();
    for (let i = 0; i < count; i++) await engine.turn();
    this.restart();
  }

  run(wish: Partial<RunOptions> = { untilIdle: true }): Promise<RunReport> {
    const signal = new AbortController().signal;
    return this.with((engine) => run(engine, this.clock, { signal, ...wish, told: bounded(wish.told) }));
  }

  /** A command asks while no engine runs. */
  ask(request: Request): Promise<void> {
    return this.with(async (engine) => engine.post([{ k: 'request', request, time: this.clock.now() }]));
  }

  /** The state and configuration as an engine would begin with. */
  look<T>(read: (engine: Engine) => T): Promise<T> {
    return this.with(async (engine) => {
      engine.idle();
      return read(engine);
    });
  }

  /** A person drops a message; returns the path of the file. */
  drop(to: string | string[], body: string, head: Record<string, Json> = {}): string {
    const path = `agents/human/outbox/drop-${String(++this.drops).padStart(4, '0')}.md`;
    const lines = Object.entries({ to, ...head }).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`);
    this.disk.put(path, `---\n${lines.join('')}---\n${body}\n`);
    return path;
  }

  /**
   * Works until the process dies at the n-th operation from now that changes the disk, before or after it is done; then another
   * process starts. False when the work was finished before.
   */
  async dies(n: number, work: () => Promise<unknown>, fate: DiskFate = 'crash-before'): Promise<boolean> {
    const last = this.disk.count + n;
    this.disk.plan = ({ index }) => (index === last ? fate : 'go');
    const died = await work().then(
      () => false,
      (error: unknown) => {
        if (!(error instanceof Crash)) throw error;
        return true;
      },
    );
    this.disk.plan = () => 'go';
    this.restart();
    return died;
  }

  /** The process was killed, or the machine went on without it: the next engine is another process. */
  restart(): void {
    this.pid++;
    this.adopt(this.disk.afterCrash(() => true));
  }

  private adopt(disk: MemoryDisk): void {
    this.disk = disk;
    disk.now = () => this.clock.now() - 10_000;
  }

  read(path: string): string | null {
    const bytes = this.disk.read(path);
    return bytes === null ? null : Buffer.from(bytes).toString();
  }

  /** Paths of all files whose path fits. */
  paths(pattern: RegExp): string[] {
    return [...this.disk.files((path) => pattern.test(path)).keys()];
  }

  /** The messages whose files lie in an author's outbox or its archive. */
  messages(author: string): Message[] {
    return [
      ...readMail(
        this.disk,
        mailFiles({ disk: this.disk, state: emptyState() }, { authors: [author], archived: true }),
      ),
    ];
  }

  journal(): Entry[] {
    return [...readJournal(this.disk, [])].flatMap((group) => group.entries);
  }

  lines<K extends Entry['k']>(kind: K): Extract<Entry, { k: K }>[] {
    return this.journal().filter((entry): entry is Extract<Entry, { k: K }> => entry.k === kind);
  }

  /** Ids of the mail that was delivered to an agent, in the order of its visits. */
  delivered(agent: string): string[] {
    return this.lines('visit').flatMap((visit) => (visit.agent === agent && visit.outcome === 'ok' ? visit.mail : []));
  }

  /** First calls of the visits of an agent. */
  visits(agent: string): Prompt[] {
    return this.prompts.filter((prompt) => prompt.agent === agent && prompt.n === 1);
  }
}

/** A run that does not end would hang the tests: nothing here takes so many turns. */
function bounded(told: RunOptions['told'] = () => {}): RunOptions['told'] {
  let turns = 0;
  return (report) => {
    if (++turns > 300) throw new Error('the run does not end');
    told(report);
  };
}

/** A mind is a script: its visit ends when no act asks for a result, unless it says otherwise (`ends: undefined`). */
export function replyOf(answer: Answer): Reply {
  const reply = { text: '', acts: [], usage: USAGE, requestId: null, model: 'mind', ends: true as const };
  if (typeof answer === 'string') return { ...reply, text: answer };
  if (!Array.isArray(answer)) return { ...reply, ...answer };
  return { ...reply, acts: answer.map((act, i) => ({ id: `act-${i + 1}`, ...act })) };
}

/** The text of a prompt that its agent reads. */
export function textOf(prompt: Prompt | undefined): string {
  return (prompt?.parts ?? []).map((part) => part.text).join('\n');
}

/** What the model was told of its last acts: one entry an act. */
export function resultsIn(prompt: Prompt | undefined): { tool: string; ok: boolean; text: string }[] {
  const parts = prompt?.parts ?? [];
  const after = parts.slice(1 + parts.findLastIndex((part) => part.role === 'assistant'));
  return after.flatMap((part) => (part.role === 'tool' ? [{ tool: part.tool, ok: part.ok, text: part.text }] : []));
}

/** All files that must be the same bytes in two runs. */
export function visible(org: Org): Map<string, string> {
  return org.disk.files((path) => !/^(org\/journal|\.lemming)\/|\/logs\//.test(path));
}
