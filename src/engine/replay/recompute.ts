/** Makes visits again from their recorded replies, and compares the effects. */
import { apply } from '../../core/journal/apply.ts';
import { changesConfig } from '../../core/journal/kind-of.ts';
import { isCall, isEffect } from '../../core/journal/line-kinds.ts';
import { RULES, rulesOf } from '../../core/journal/rules.ts';
import { agentFolders, type Config } from '../../core/model/config.ts';
import type { Effect, Entry, OpenEntry } from '../../core/model/entry.ts';
import { emptyState, type State } from '../../core/model/state.ts';
import { unchanged } from '../../core/text/mask.ts';
import { frozenEffects } from '../../core/turn/frozen.ts';
import type { Toolbox } from '../../core/turn/judge.ts';
import { NOTHING_KEPT } from '../../disk/cache/kept.ts';
import { configReader } from '../../disk/config/config.ts';
import { realClock } from '../../disk/fs/clock.ts';
import type { Group } from '../../disk/journal/journal.ts';
import { machineOwner } from '../../disk/owner/owner.ts';
import { type Fault, FaultError } from '../../schema/fault.ts';
import type { Ports } from '../ports.ts';
import { Toolsets } from '../tools/toolset.ts';
import { emptyCaches, type Turn } from '../tools/turn-in-progress.ts';
import { makeTurn } from '../turn/turn.ts';
import {
  type Divergence,
  JournaledCalls,
  Readings,
  ReplayedCalls,
  ReplayedJournal,
  unreachable,
} from './replayed-calls.ts';

/**
 * Makes every visit again from the frozen inputs and the recorded replies, and compares the results with the journal line by
 * line. It calls no provider, uses no tool and writes nothing. It stops at the first difference.
 */
export class Recompute {
  visits = 0;
  divergence: Divergence | null = null;
  /** Rules → the number of turns made under them, which were only applied. */
  readonly folded = new Map<number, number>();
  private readonly toolsets: Toolsets;
  private readonly ports: Ports;
  private readonly state: State = emptyState();
  private readonly readConfig = configReader();
  private config: Config | null = null;
  private env = '{}';
  private readonly journal = new ReplayedJournal(this.state);
  private readonly calls: ReplayedCalls;
  private readonly caches = emptyCaches();
  private readonly readings = new Readings();
  /** Lines of the current turn. */
  private open: OpenEntry | null = null;
  private lines: Entry[] = [];

  constructor(toolbox: Toolbox, ports: Pick<Ports, 'host' | 'provider'>) {
    this.toolsets = new Toolsets(toolbox);
    this.ports = {
      disk: this.readings.disk(),
      kept: NOTHING_KEPT,
      clock: realClock,
      host: ports.host,
      env: {},
      owner: machineOwner({}),
      provider: async (name) => unreachable(await ports.provider(name)),
    };
    this.calls = new ReplayedCalls(this.ports, this.journal, this.state);
  }

  async take(group: Group): Promise<void> {
    for (const entry of group.entries) if (!this.divergence) await this.line(entry);
  }

  private async line(entry: Entry): Promise<void> {
    if (entry.k === 'open') this.open = entry;
    if (!this.open) return this.input(entry);
    if (entry.k === 'commit')
      return this.rulesNow() === RULES ? this.turn(this.open, entry) : this.fold(this.open, entry);
    this.lines.push(entry);
  }

  private input(entry: Entry): void {
    if (changesConfig(entry)) this.config = null;
    apply(this.state, entry);
  }

  /** The rules of the turn. A turn that was finished under other rules cannot be made again under any. */
  private rulesNow(): number {
    const finished = this.lines.some((line) => line.k === 'recovered' && line.rules !== undefined);
    return finished ? 0 : rulesOf(this.open as OpenEntry);
  }

  /** A turn of other rules: its lines say what came of it. */
  private fold(open: OpenEntry, commit: Entry): void {
    const { effects, calls } = this.sort();
    this.open = null;
    this.readings.begin(effects, calls);
    for (const line of [...calls, ...effects, commit]) apply(this.state, line);
    for (const call of calls)
      if (call.k === 'used') for (const { path, text } of call.files) this.readings.write(path, text);
    if (effects.some(changesConfig)) this.config = null;
    const rules = rulesOf(open);
    this.folded.set(rules, (this.folded.get(rules) ?? 0) + 1);
  }

  private async turn(open: OpenEntry, commit: Entry): Promise<void> {
    const { effects, calls, inputs, swept } = this.sort();
    this.open = null;
    this.readings.begin(effects, calls);
    const config = this.configure(open.env ?? {});
    const frozen = frozenEffects(config, this.state, open.turn, inputs);
    for (const effect of frozen) apply(this.state, effect);
    const recorded = new JournaledCalls(calls, effects, this.readings);
    this.calls.begin(calls, effects);
    const turn: Turn = {
      number: open.turn,
      open,
      config,
      state: this.state,
      journal: this.journal,
      calls: this.calls,
      recorded,
      ports: this.ports,
      caches: this.caches,
      receivedUntil: 0,
      live: new Set(),
      mask: unchanged,
      swept,
      signal: NEVER,
    };
    const ending = await makeTurn(turn, await this.toolsets.of(config, this.state.rights.trusted));
    this.visits += ending.visits.length;
    this.divergence = this.calls.divergence ?? firstDivergence(open.turn, effects, [...frozen, ...ending.effects]);
    for (const effect of ending.effects) apply(this.state, effect);
    if (effects.some(changesConfig)) this.config = null;
    apply(this.state, commit);
  }

  /** Applies what was frozen, and separates the results. */
  private sort(): { effects: Effect[]; calls: Entry[]; inputs: Entry[]; swept: string[] } {
    const sorted = { effects: [] as Effect[], calls: [] as Entry[], inputs: [] as Entry[], swept: [] as string[] };
    for (const line of this.lines) {
      if (isEffect(line)) sorted.effects.push(line);
      else if (isCall(line)) sorted.calls.push(line);
      else {
        this.input(line);
        sorted.inputs.push(line);
      }
      if (line.k === 'sweep') sorted.swept.push(...line.paths);
    }
    this.lines = [];
    return sorted;
  }

  private configure(env: Record<string, string>): Config {
    const text = JSON.stringify(env);
    if (this.config && text === this.env) return this.config;
    const folders = agentFolders(this.state.files.texts.keys(), this.state.dead.aside.keys());
    const read = this.readConfig(this.state.files.texts, folders, env, this.state.staff.absent);
    if (!read.config) throw new FaultError(...(read.faults as [Fault, ...Fault[]]));
    this.config = read.config;
    this.env = text;
    return read.config;
  }
}

const NEVER = new AbortController().signal;

function firstDivergence(turn: number, journaled: readonly Effect[], found: readonly Effect[]): Divergence | null {
  for (let i = 0; i < Math.max(journaled.length, found.length); i++) {
    const [a, b] = [journaled[i], found[i]];
    const [expected, made] = [a ? JSON.stringify(a) : null, b ? JSON.stringify(b) : null];
    if (expected !== made) return { turn, key: keyOf(a ?? (b as Effect)), expected, found: made };
  }
  return null;
}

function keyOf(effect: Effect): string {
  if (effect.k === 'sent') return `sent ${effect.message.id}`;
  return 'agent' in effect ? `${effect.k} ${effect.agent}` : effect.k;
}
