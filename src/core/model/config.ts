/** The configuration of an organisation as the engine uses it, and questions about its chart. */
import type { Caps, CreditsFile } from '../../schema/config/credits.ts';
import type { McpServer, PinnedTool } from '../../schema/config/mcp.ts';
import type { Model, ModelsFile } from '../../schema/config/models.ts';
import type { OrgFile } from '../../schema/config/org.ts';
import type { Resume, ResumeHead } from '../../schema/config/resume.ts';
import type { Route } from '../../schema/config/routes.ts';
import type { SkillHead } from '../../schema/config/skill.ts';
import type { ToolHead } from '../../schema/config/tool.ts';
import type { Fault } from '../../schema/fault.ts';
import type { WorkflowFile } from '../../schema/records/workflow.ts';
import type { InputEntry } from './entry.ts';
import type { Absence } from './state/staff.ts';

/** One end of a chart entry, ready for look-ups. `all` stands for "*"; `@unit` is already spread into `names`. */
export interface ChartEnd {
  all: boolean;
  names: ReadonlySet<string>;
}

/** A unit as the engine uses it. */
export interface Unit {
  id: string;
  name: string;
  parent: string | null;
  head: string | null;
  mission: string;
  /** Sorted by name; from the unit's file and from the resumes. */
  members: string[];
  charter: string;
  caps: Caps;
}

/** A person or organisation that the agents deal with. */
export interface Contact {
  name: string;
  /** The person of the chart; null for somebody outside, reached through people. */
  seat: string | null;
  channel: string;
  language: string;
  hours: string;
  preferences: string[];
  notes: string;
}

/** A resume in `org/templates/`. */
export interface ResumeTemplate {
  head: ResumeHead;
  /** Instructions. */
  body: string;
  /** Whether it names models. */
  hasModel: boolean;
}

/** Everything people configured, parsed, checked and joined. A value: the same files give the same config. */
export interface Config {
  org: OrgFile;
  /** Every agent and person that has a good resume, in chart order: the order of the keys of chart.yaml, then the rest by name. */
  order: string[];
  agents: ReadonlyMap<string, Resume>;
  /** Agents whose resume is broken, with its faults: set aside, the others work. */
  broken: ReadonlyMap<string, Fault[]>;
  sendTo: ReadonlyMap<string, ChartEnd>;
  readFrom: ReadonlyMap<string, ChartEnd>;
  models: ReadonlyMap<string, Model>;
  /** Limits besides those of the models. */
  limits: ModelsFile['limits'];
  credits: CreditsFile;
  units: ReadonlyMap<string, Unit>;
  /** Rules of `org/routes.yaml`, in order. */
  routes: readonly Route[];
  /** id → title, owner, text of open goals. */
  goals: ReadonlyMap<string, { title: string; owner: string | null; text: string }>;
  /** File name → contact, sorted. */
  contacts: ReadonlyMap<string, Contact>;
  /** Templates of agents: id → resume, completed from the templates that it extends. Only valid ones. */
  templates: ReadonlyMap<string, ResumeTemplate>;
  /** All valid skills; `skillsOf` says who has them. */
  skills: Skills;
  /** Tools of the org by name, and servers of tools: used once the owner of the machine approved them. */
  tools: ReadonlyMap<string, OwnTool>;
  servers: ReadonlyMap<string, Server>;
  /** Id → workflow, with the text of its file. Only valid ones. */
  workflows: ReadonlyMap<string, Workflow>;
}

/** A workflow as people wrote it. */
export interface Workflow {
  file: WorkflowFile;
  text: string;
}

/** References to the keys that the configuration names, each once. */
export function keysIn({ models, org }: Config): string[] {
  const searching = org.search && 'key' in org.search ? [org.search.key] : [];
  return [...new Set([...[...models.values()].flatMap(({ key }) => key ?? []), ...searching])];
}

/** The people, in chart order. */
export function peopleOf(config: Config): string[] {
  return config.order.filter((name) => config.agents.get(name)?.person);
}

/** True for a seat that is a person's. */
export function isPersonIn(config: Config, name: string): boolean {
  return config.agents.get(name)?.person === true;
}

/** True when A→B is an edge: A lists B in send_to and B lists A in read_from. Nobody has an edge to themselves. */
export function hasEdge(config: Config, from: string, to: string): boolean {
  return from !== to && lists(config.sendTo.get(from), to) && lists(config.readFrom.get(to), from);
}

/** True when the end names that agent. */
export function lists(end: ChartEnd | undefined, name: string): boolean {
  return end !== undefined && (end.all || end.names.has(name));
}

/** Everyone an agent may write to, in chart order. */
export function mayWriteTo(config: Config, from: string): string[] {
  const end = config.sendTo.get(from);
  if (!end) return [];
  const candidates = end.all ? config.order : [...end.names];
  return inChartOrder(
    config,
    candidates.filter((name) => config.agents.has(name) && hasEdge(config, from, name)),
    (name) => name,
  );
}

/** Sorts by the place in the chart of the agent that each is about. */
export function inChartOrder<T>(config: Config, list: readonly T[], agentOf: (one: T) => string): T[] {
  const places = placesOf(config);
  const place = (one: T): number => places.get(agentOf(one)) ?? places.size; // one whose resume is broken comes last
  return [...list].sort((a, b) => place(a) - place(b));
}

/** By a configuration, which never changes: a new one is a new object. */
const places = new WeakMap<Config, Map<string, number>>();

/** Agent → place in the chart; computed once for a configuration. */
function placesOf(config: Config): Map<string, number> {
  const known = places.get(config) ?? new Map(config.order.map((name, i) => [name, i]));
  places.set(config, known);
  return known;
}

/** Names of the agents' folders as the journal knows them: those with files that are read, and those that were set aside. */
export function agentFolders(texts: Iterable<string>, asides: Iterable<string>): string[] {
  const folders = new Set<string>();
  for (const path of texts) if (path.startsWith('agents/')) folders.add(path.split('/', 2)[1] as string);
  for (const path of asides) {
    const name = /^agents\/([^/]+)(\/(resume\.md|outbox|memory|workspace|requests|logs))?$/.exec(path)?.[1];
    if (name !== undefined) folders.add(name);
  }
  return [...folders];
}

/** Agents whose folder is gone or closed, after these lines. */
export function absentAfter(absent: ReadonlyMap<string, Absence>, lines: readonly InputEntry[]): Map<string, Absence> {
  const after = new Map(absent);
  for (const line of lines)
    if (line.k === 'absent') after.set(line.agent, line);
    else if (line.k === 'back') after.delete(line.agent);
  return after;
}

/** A tool of the org, in a folder of its own. */
export interface OwnTool {
  name: string;
  head: ToolHead;
  /** The body of TOOL.md. */
  help: string;
  /** Its files by their paths in the folder, TOOL.md too, sorted. */
  files: ReadonlyMap<string, string>;
}

/** An MCP server, and its tools as they were approved; null when nobody has looked yet. */
export interface Server {
  name: string;
  settings: McpServer;
  /** The settings as written, in JSON, without the defaults of this version. */
  written: string;
  tools: readonly PinnedTool[] | null;
}

/** A skill as it lies in its folder. */
export interface Skill {
  id: string;
  /** Its folder in the org. */
  folder: string;
  head: SkillHead;
  /** The body of SKILL.md, shown to an agent that loads the skill. */
  body: string;
  /** Its other texts, relative to the folder, sorted. */
  files: readonly string[];
}

/** Skills by folder. */
export type Skills = ReadonlyMap<string, Skill>;

/** Steps that a visit of the agent may have. */
export function stepsOf(config: Config, { limits }: Pick<Resume, 'limits'>): number {
  return Math.min(limits.steps ?? Infinity, config.org.limits.steps);
}

/** The first turn after that one in which its schedule lets an agent read mail. Pure. */
export function nextVisit({ schedule: { every, offset } }: Pick<Resume, 'schedule'>, turn: number): number {
  return turn + ((((offset - turn) % every) + every) % every || every);
}
