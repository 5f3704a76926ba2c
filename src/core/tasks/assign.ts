/** Finds an agent for a task that nobody has. */
import type { Resume } from '../../schema/config/resume.ts';
import { type Config, hasEdge, mayWriteTo } from '../model/config.ts';
import { agentState } from '../model/state/staff.ts';
import type { Task } from '../model/state/tasks.ts';
import type { State } from '../model/state.ts';
import { allClosedUntil } from '../money/breaker.ts';
import { skillsOf } from '../skills/skill.ts';

/** Who gets a task, and why, in words. */
export interface Assignment {
  to: string;
  why: string;
}

/**
 * Of the agents that have the capability, may be given work by its author and can work now: the one with the fewest open tasks,
 * then the first of the chart. A task that names no capability goes to the planner. Null when nobody can. `open`: how many open
 * tasks an agent has. Pure.
 */
export function assignmentFor(
  config: Config,
  state: State,
  task: Pick<Task, 'capability' | 'by'>,
  open: (agent: string) => number,
): Assignment | null {
  return new Assigning(config, state, open).assignmentFor(task);
}

/** Finds agents for many tasks. Who can work is looked up once for each capability and author. */
export class Assigning {
  private readonly config: Config;
  private readonly state: State;
  private readonly open: (agent: string) => number;
  private readonly known = new Map<string, string[]>();

  constructor(config: Config, state: State, open: (agent: string) => number) {
    this.config = config;
    this.state = state;
    this.open = open;
  }

  assignmentFor({ capability, by }: Pick<Task, 'capability' | 'by'>): Assignment | null {
    const { config, state } = this;
    if (capability === null)
      return plannerFor(config, by, (agent) => absence(config, state, agent, state.clock.turn + 1) === null);
    let least = Infinity;
    let to: string | null = null;
    for (const agent of this.ableFor(capability, by)) {
      const count = this.open(agent);
      if (count >= least) continue;
      least = count;
      to = agent;
    }
    return to === null ? null : { to, why: `who has the capability ${capability}` };
  }

  private ableFor(capability: string, by: string): string[] {
    const { config, state, known } = this;
    const key = `${by} ${capability}`;
    const able =
      known.get(key) ??
      config.order.filter(
        (agent) => isAble(config, agent, capability) && mayGive(config, by, agent) && canWork(config, state, agent),
      );
    known.set(key, able);
    return able;
  }
}

/** Why nobody gets a task that nobody has; null when somebody has it or can be given it. */
export function whyNobody(
  config: Config,
  state: State,
  task: Pick<Task, 'assignee' | 'capability' | 'by'>,
): string | null {
  if (task.assignee !== null || assignmentFor(config, state, task, () => 0)) return null;
  return task.capability === null
    ? 'nobody can be given it: name an assignee or a capability'
    : `nobody who can work now has the capability ${task.capability}`;
}

/** Whether an agent has a capability: a word of its resume, or a skill. */
export function isAble(config: Config, agent: string, capability: string): boolean {
  const resume = config.agents.get(agent);
  if (!resume) return false;
  return resume.capabilities.includes(capability) || skillsOf(config.skills, resume).has(capability);
}

/** Whether an agent can begin work now. A person always can. */
function canWork(config: Config, state: State, agent: string): boolean {
  const resume = config.agents.get(agent) as Resume;
  if (resume.person) return true;
  const { paused, failures, starved } = agentState(state.staff, agent);
  return !paused && failures === 0 && !starved && allClosedUntil(config, state, resume.model) === null;
}

/** Why an agent counts as absent, so that its tasks do not wait for it: `is gone`, `is paused since turn 3`. Null when it does not. */
export function absence({ agents, org }: Config, { staff }: State, agent: string, turn: number): string | null {
  if (!agents.has(agent)) return 'is gone';
  const since = staff.pausedSince.get(agent);
  const { absent_after: after } = org.tasks;
  return since !== undefined && after !== null && turn - since >= after ? `is paused since turn ${since}` : null;
}

/** Who gets work that is meant for nobody: the planner of org.yaml, the head of the first unit, or the first agent of the chart. */
export function plannerFor(
  config: Config,
  by: string,
  isThere: (agent: string) => boolean = () => true,
): Assignment | null {
  const { planner } = config.org.tasks;
  const [first] = config.units.values();
  const choices = [planner, first?.head ?? null, ...mayWriteTo(config, by)];
  const fits = (name: string): boolean => isAgent(config, name) && mayGive(config, by, name) && isThere(name);
  const to = choices.find((name) => name !== null && fits(name)) ?? null;
  return to === null ? null : { to, why: 'who plans the work that is meant for nobody' };
}

function isAgent({ agents }: Config, name: string): boolean {
  return agents.get(name)?.person === false;
}

/** Whether one may give work to another, or to themselves. */
export function mayGive(config: Config, by: string, assignee: string): boolean {
  return by === assignee || hasEdge(config, by, assignee);
}
