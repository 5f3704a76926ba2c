/** Compares how visits went with a skill and without it. */
import type { Entry, VisitEffect } from '../../core/model/entry.ts';
import { inCredits } from '../../schema/amount.ts';
import { byCodeUnit } from '../../schema/name.ts';
import { table } from '../text/table.ts';

/** Totals of some visits. */
export interface Course {
  visits: number;
  /** Visits that failed. */
  failed: number;
  /** Visits that were cut: steps, tokens or credits ran out, or they went in a loop. */
  cut: number;
  messages: number;
  refused_acts: number;
  held_acts: number;
  /** Uses of tools that failed. */
  failed_uses: number;
  /** Attempts at calls of a model; milliseconds that they took. */
  calls: number;
  ms: number;
  /** Credits. */
  cost: number;
}

/** The visits of an agent in which it was shown a skill, and its others. */
export interface SkillCourse {
  skill: string;
  agent: string;
  with: Course;
  without: Course;
}

export interface Outcomes {
  /** All visits, by agent. */
  agents: Record<string, Course>;
  skills: SkillCourse[];
}

/** Whose visits, and with which skill; undefined for all. */
export interface OutcomeOptions {
  agent?: string | undefined;
  skill?: string | undefined;
}

/**
 * How visits ended and what they took, from the lines of the journal in order: visits of committed turns that were not
 * skipped. A visit counts as one with a skill when a later prompt of it contained what `load_skill` showed. Pure.
 */
export function outcomesOf(entries: Iterable<Entry>, options: OutcomeOptions = {}): Outcomes {
  const review = new Review();
  for (const entry of entries) review.take(entry);
  const { agents, skills } = review.close();
  const isMeant = (agent: string): boolean => options.agent === undefined || options.agent === agent;
  return {
    agents: Object.fromEntries(Object.entries(agents).filter(([agent]) => isMeant(agent))),
    skills: skills.filter(
      ({ agent, skill }) => isMeant(agent) && (options.skill === undefined || options.skill === skill),
    ),
  };
}

/** What is known of a visit before it ends. */
interface VisitWork {
  calls: number;
  ms: number;
  micro: number;
  failedUses: number;
  /** Skills that the latest reply asks to load, by the position of the act in it. */
  wanted: Map<number, string>;
  shown: Set<string>;
}

class Review {
  /** The turn being read: visits by agent. */
  private work = new Map<string, VisitWork>();
  private visits = new Map<string, VisitEffect>();
  private readonly agents = new Map<string, Course>();
  /** Skill → agent → its visits with it. */
  private readonly skills = new Map<string, Map<string, Course>>();

  take(entry: Entry): void {
    switch (entry.k) {
      case 'intent':
        return this.noteShown(entry);
      case 'reply':
        this.noteWanted(entry);
        return this.noteCall(entry);
      case 'failed':
        return this.noteCall(entry);
      case 'use':
        if (entry.n > 0) this.workOf(entry.agent).micro += entry.cost ?? 0;
        return;
      case 'used':
        if (entry.n > 0 && !entry.ok && entry.rule === undefined) this.workOf(entry.agent).failedUses++;
        return;
      case 'visit':
        this.visits.set(entry.agent, entry);
        return;
      case 'commit':
        return this.endTurn();
    }
  }

  close(): Outcomes {
    const byName = <T>(map: ReadonlyMap<string, T>): [string, T][] => [...map].sort(([a], [b]) => byCodeUnit(a, b));
    const agents = byName(this.agents).map(([name, sum]): [string, Course] => [name, courseInCredits(sum)]);
    const skills = byName(this.skills).flatMap(([skill, users]) =>
      byName(users).map(([agent, sum]) => ({
        skill,
        agent,
        with: courseInCredits(sum),
        without: courseInCredits(less(this.agents.get(agent) as Course, sum)),
      })),
    );
    return { agents: Object.fromEntries(agents), skills };
  }

  private workOf(agent: string): VisitWork {
    const work = this.work.get(agent) ?? {
      ...{ calls: 0, ms: 0, micro: 0, failedUses: 0 },
      ...{ wanted: new Map(), shown: new Set() },
    };
    this.work.set(agent, work);
    return work;
  }

  private noteCall({ agent, ms, cost }: Extract<Entry, { k: 'reply' | 'failed' }>): void {
    const work = this.workOf(agent);
    work.calls++;
    work.ms += ms;
    work.micro += cost;
  }

  private noteWanted({ agent, reply }: Extract<Entry, { k: 'reply' }>): void {
    const acts = reply.acts.map(({ tool, input }, i) => [i, tool === 'load_skill' ? skillIn(input) : null] as const);
    this.workOf(agent).wanted = new Map(acts.filter((act): act is [number, string] => act[1] !== null));
  }

  /** Notes skills that were shown: a later prompt has the results of the acts of the previous reply, in their order. */
  private noteShown({ agent, prompt }: Extract<Entry, { k: 'intent' }>): void {
    if (!('after' in prompt)) return;
    const { wanted, shown } = this.workOf(agent);
    for (const [i, skill] of wanted) if (prompt.results[i]?.ok) shown.add(skill);
  }

  private endTurn(): void {
    for (const visit of this.visits.values()) {
      if (visit.outcome === 'skipped') continue;
      const work = this.workOf(visit.agent);
      add(this.agents, visit.agent, visit, work);
      for (const skill of work.shown) {
        const users = this.skills.get(skill) ?? new Map<string, Course>();
        this.skills.set(skill, users);
        add(users, visit.agent, visit, work);
      }
    }
    this.work = new Map();
    this.visits = new Map();
  }
}

function skillIn(input: unknown): string | null {
  const { name } = (input ?? {}) as { name?: unknown };
  return typeof name === 'string' ? name : null;
}

const NONE: Course = {
  visits: 0,
  failed: 0,
  cut: 0,
  messages: 0,
  refused_acts: 0,
  held_acts: 0,
  failed_uses: 0,
  calls: 0,
  ms: 0,
  cost: 0,
};

/** `cost` is in micro-credits until the end. */
function add(sums: Map<string, Course>, agent: string, visit: VisitEffect, work: VisitWork): void {
  const sum = sums.get(agent) ?? { ...NONE };
  sums.set(agent, sum);
  sum.visits++;
  sum.failed += visit.outcome === 'failed' ? 1 : 0;
  sum.cut += visit.outcome === 'cut' ? 1 : 0;
  sum.messages += visit.sent;
  sum.refused_acts += visit.refused;
  sum.held_acts += visit.held;
  sum.failed_uses += work.failedUses;
  sum.calls += work.calls;
  sum.ms += work.ms;
  sum.cost += work.micro;
}

function less(all: Course, some: Course): Course {
  const keys = Object.keys(NONE) as (keyof Course)[];
  return Object.fromEntries(keys.map((key) => [key, all[key] - some[key]])) as unknown as Course;
}

function courseInCredits(sum: Course): Course {
  return { ...sum, cost: inCredits(sum.cost) };
}

/** The review as text: what a visit took is an average. Without agents or skills that table is left out. */
export function printOutcomes({ agents, skills }: Outcomes): string {
  const ofAgents = Object.entries(agents).map(([agent, course]) => [agent, ...cells(course)]);
  const ofSkills = skills.flatMap((row) => [
    [row.skill, row.agent, 'with it', ...cells(row.with)],
    ['', '', 'without', ...cells(row.without)],
  ]);
  const heading = ['visits', 'failed', 'cut', 'refused', 'held', 'calls each', 'seconds each', 'credits each'];
  const tables = [
    ofAgents.length > 0 && table([['agent', ...heading], ...ofAgents]),
    ofSkills.length > 0 && table([['skill', 'agent', '', ...heading], ...ofSkills]),
  ];
  return tables.filter(Boolean).join('\n\n');
}

function cells({ visits, failed, cut, refused_acts, held_acts, calls, ms, cost }: Course): string[] {
  const each = (sum: number, digits: number): string =>
    visits === 0 ? '-' : String(Number((sum / visits).toFixed(digits)));
  const sums = [visits, failed, cut, refused_acts, held_acts].map(String);
  return [...sums, each(calls, 1), each(ms / 1000, 1), each(cost, 6)];
}
