import { createHash } from 'node:crypto';
import { apply } from '../../../src/core/journal/apply.ts';
import { PROVIDER_FAILURES, ProviderError, REPLY_FAILURES, type Usage } from '../../../src/core/model/call.ts';
import type { Config } from '../../../src/core/model/config.ts';
import type { Entry } from '../../../src/core/model/entry.ts';
import { emptyState, type State } from '../../../src/core/model/state.ts';
import { balanceOf } from '../../../src/core/money/ledger.ts';
import { readJournalFile } from '../../../src/disk/journal/journal.ts';
import { machineOwner } from '../../../src/disk/owner/owner.ts';
import type { Ports } from '../../../src/engine/ports.ts';
import { Engine } from '../../../src/engine/turn/engine.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { buildOrg, type OrgPlan } from '../../../src/testing/build-org.ts';
import { FakeClock } from '../../../src/testing/fake-clock.ts';
import { Crash, MemoryDisk } from '../../../src/testing/memory-disk.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { keptIn } from '../../kept.ts';

const AGENTS = Array.from({ length: 64 }, (_, i) => `a${String(i).padStart(2, '0')}`);
/** One turn in so many is killed under way. */
const KILLED_EVERY = 37;

/** 64 agents, each of which works in every eighth turn, on one budget; three models, each the fallback of the one before. */
const plan = (cap: number): OrgPlan => ({
  edges: Object.fromEntries(AGENTS.map((name) => [name, []])),
  org: { limits: { concurrency: 16, output_tokens: 500 } },
  models: {
    default: {
      provider: 'billing',
      price: { input: 3, cached_input: 0.3, cache_write: 3.75, output: 15 },
      fallback: ['second'],
    },
    second: { provider: 'billing', price: { input: 1, output: 5 }, fallback: ['third'], limit: { concurrency: 8 } },
    third: { provider: 'billing', price: { per_call: 0.002 }, retry: { attempts: 1 } },
  },
  credits: {
    org: { cap },
    agents: Object.fromEntries(AGENTS.map((name, i) => [name, { grant: 20 + (i % 7), per_turn: i % 5 ? 0.5 : 0.02 }])),
  },
  resumes: Object.fromEntries(
    AGENTS.map((name, i) => [name, { schedule: { every: 8, offset: i % 8, when: 'always' } }]),
  ),
});

/** A service that bills, fails, and reports usage of every kind, by a hash of what it is asked and how often. */
function billing(): Provider {
  let calls = 0;
  const complete: Awaited<ReturnType<Provider['connect']>>['complete'] = async (prompt) => {
    const draw = createHash('sha256').update(`${prompt.turn}.${prompt.agent}.${++calls}`).digest();
    const roll = (i: number, sides: number) => (draw[i] as number) % sides;
    for (let i = roll(0, 4); i > 0; i--) await Promise.resolve();
    const usage = usageOf(roll, prompt.maxOutputTokens);
    if (roll(1, 10) < 3) {
      const failure = [...PROVIDER_FAILURES, ...REPLY_FAILURES][roll(2, 9)] as ProviderError['failure'];
      throw new ProviderError(failure, 'as drawn', {
        usage: roll(3, 2) ? usage : null,
        received: roll(4, 3) ? null : 40,
      });
    }
    return { text: 'x'.repeat(roll(5, 200)), acts: [], usage, requestId: null, model: 'm' };
  };
  return { about: 'bills', repeatable: false, free: false, connect: async () => ({ complete }) };
}

function usageOf(roll: (i: number, sides: number) => number, most: number): Usage | null {
  const usage = {
    input: roll(6, 250) * 2,
    cachedInput: roll(7, 50),
    cacheWrite: roll(8, 50),
    output: Math.min(most, roll(9, 250)),
    reasoning: 0,
  };
  if (roll(10, 8) === 0) return null;
  if (roll(10, 8) === 1) return { ...usage, doubtful: true };
  return roll(10, 8) === 2 ? { ...usage, output: -5 } : usage;
}

/** What a run of so many turns came to. Amounts are micro-credits. */
export interface BudgetRun {
  steps: number;
  kills: number;
  calls: number;
  doubts: number;
  spent: number;
  wrong: string[];
}

/** Makes so many turns on a budget of so many credits, with kills in between, and looks at every account after every line of the journal. */
export async function budgetRun(turns: number, cap: number): Promise<BudgetRun> {
  let disk = new MemoryDisk();
  buildOrg(disk, plan(cap));
  disk.settle();
  const clock = new FakeClock();
  const provider = billing();
  const auditor = new Auditor(cap * 1e6);
  let pid = 1;
  let kills = 0;
  const open = (): Engine => Engine.open(portsOf(disk, clock, pid, provider), TOOLS, 'run');
  let engine = open();
  for (let turn = 1; turn <= turns; turn++) {
    const end = disk.count + 1 + ((turn * 7919) % 40);
    if (turn % KILLED_EVERY === 0) disk.plan = ({ index }) => (index >= end ? 'crash-before' : 'go');
    try {
      await engine.turn();
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      kills++;
      pid++;
      disk = disk.afterCrash(() => true);
      disk.now = () => clock.now() - 10_000;
      engine = open();
      await engine.turn();
    }
    disk.plan = () => 'go';
    const config = engine.knownConfig;
    if (config) auditor.take(config, disk, turn);
    if (turn > 3) disk.put(`org/journal/${String(turn - 3).padStart(6, '0')}.jsonl`, '');
  }
  engine.close();
  return { kills, ...auditor.result() };
}

function portsOf(disk: MemoryDisk, clock: FakeClock, pid: number, provider: Provider): Ports {
  const host = {
    pid,
    boot: 'boot',
    name: 'here',
    place: 'org',
    startOf: (asked: number) => (asked === pid ? `start-${pid}` : null),
  };
  return { disk, kept: keptIn(disk), clock, host, env: {}, owner: machineOwner({}), provider: async () => provider };
}

/** Folds the journal by itself and holds every account to its promises after every line. */
class Auditor {
  private readonly state: State = emptyState();
  private readonly wrong: string[] = [];
  /** Micro-credits. */
  private readonly cap: number;
  private steps = 0;
  private calls = 0;

  constructor(cap: number) {
    this.cap = cap;
  }

  take(config: Config, disk: MemoryDisk, turn: number): void {
    for (const { entries } of readJournalFile(disk, turn, '').groups)
      for (const entry of entries) {
        apply(this.state, entry);
        this.check(config, entry, turn);
      }
  }

  private check(config: Config, entry: Entry, turn: number): void {
    this.steps++;
    if (entry.k === 'intent') this.calls++;
    const { org } = this.state.money;
    let reserved = 0;
    for (const call of this.state.calls.open.values()) reserved += call.reserve;
    if (org.spent + org.doubt + reserved > this.cap)
      this.fault(turn, `the org has ${org.spent} spent and ${reserved} reserved`);
    const agents = entry.k === 'commit' ? AGENTS : 'agent' in entry ? [entry.agent] : [];
    for (const name of agents) {
      const { granted, spent, reserved, doubt, left } = balanceOf(config, this.state, name);
      if (granted !== left + spent + reserved + doubt || left < 0)
        this.fault(turn, `${name}: ${JSON.stringify({ granted, spent, reserved, doubt, left })}`);
      if (![granted, spent, reserved, doubt, left].every(Number.isSafeInteger))
        this.fault(turn, `${name} has parts of a micro-credit`);
    }
    if (entry.k === 'commit') this.checkSums(turn);
  }

  private checkSums(turn: number): void {
    const {
      staff: { agents },
      money: { models, providers, org },
    } = this.state;
    const sum = (all: Iterable<{ spent: number }>): number => [...all].reduce((total, { spent }) => total + spent, 0);
    for (const accounts of [agents, models, providers])
      if (sum(accounts.values()) !== org.spent)
        this.fault(turn, `the sums differ: ${sum(accounts.values())} and ${org.spent}`);
  }

  private fault(turn: number, what: string): void {
    this.wrong.push(`turn ${turn}: ${what}`);
  }

  result(): Omit<BudgetRun, 'kills'> {
    const { steps, calls, wrong } = this;
    return { steps, calls, doubts: this.state.money.doubts.size, spent: this.state.money.org.spent, wrong };
  }
}

/** One line for people. */
export function printRun(turns: number, cap: number, { steps, kills, calls, doubts, spent, wrong }: BudgetRun): string {
  return `budget: ${AGENTS.length} agents, ${turns} turns, ${kills} kills, ${calls} calls, ${doubts} in doubt, ${spent / 1e6} of ${cap} credits spent, ${steps} steps looked at, ${wrong.length} failures`;
}
