/** Reads the whole configuration of an organisation. */
import type { Config, ResumeTemplate, Skills, Unit } from '../../core/model/config.ts';
import { resumePath, retiredPath } from '../../core/model/paths.ts';
import type { Absence } from '../../core/model/state/staff.ts';
import { skillsOf } from '../../core/skills/skill.ts';
import { type ChartFile, chartFile } from '../../schema/config/chart.ts';
import { type CreditsFile, creditsFile } from '../../schema/config/credits.ts';
import { mcpFile, pinFile } from '../../schema/config/mcp.ts';
import { type ModelsFile, modelsFile } from '../../schema/config/models.ts';
import { type OrgFile, orgFile } from '../../schema/config/org.ts';
import { type Resume, type ResumeHead, resumeHead } from '../../schema/config/resume.ts';
import { routesFile } from '../../schema/config/routes.ts';
import { scriptFile } from '../../schema/config/script.ts';
import { skillHead } from '../../schema/config/skill.ts';
import { toolHead } from '../../schema/config/tool.ts';
import { contactHead, goalHead, type UnitHead, unitHead } from '../../schema/config/unit.ts';
import { copyWith } from '../../schema/copy.ts';
import { type Fault, fault } from '../../schema/fault.ts';
import { byCodeUnit, isName } from '../../schema/name.ts';
import { workflowFile } from '../../schema/records/workflow.ts';
import { checkChart, endsOf, oneSidedEdges, warnOf } from './chart.ts';
import { checkAsked, readContacts } from './contacts.ts';
import { override } from './env.ts';
import { checkCredits, checkModels, checkPolicies, checkUnits } from './references.ts';
import { readResume, wholeTemplates } from './resume.ts';
import { checkRoutes, idleRoutes } from './routes.ts';
import { readSkills } from './skills.ts';
import { type ConfigSource, type Memory, markdownSource, References, remember, yamlSource } from './source.ts';
import { readServers, readTools } from './tools.ts';
import { readWorkflows } from './workflows.ts';

/**
 * The configuration of an org, or null if a file that concerns the whole org is broken, with faults and warnings in the order
 * of the files.
 */
export interface ConfigReading {
  config: Config | null;
  faults: Fault[];
  warnings: Fault[];
}

/**
 * `texts`: path → text of each existing file; `folders`: the names of the folders in `agents/`; `env`: the environment, of
 * which only `LEMMING_*` counts. The function is pure: the same arguments always give the same result.
 */
export type ReadConfig = (
  texts: ReadonlyMap<string, string>,
  folders: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  absent?: Absent,
) => ConfigReading;

/**
 * Agents whose folder is missing or unreadable. They are set aside, or not counted as agents, and other files may still name
 * them.
 */
export type Absent = ReadonlyMap<string, Absence>;

/** A reader that parses a file again only if its text changed. */
export function configReader(): ReadConfig {
  const memories = newMemories();
  return (texts, folders, env, absent = new Map()) => {
    const reading = new ConfigDraft(texts, memories, absent).read(folders, env);
    for (const memory of Object.values(memories)) memory.keep(texts);
    return reading;
  };
}

export const readConfig: ReadConfig = (texts, folders, env, absent) => configReader()(texts, folders, env, absent);

function newMemories() {
  return {
    org: remember(yamlSource(orgFile)),
    chart: remember(yamlSource(chartFile)),
    models: remember(yamlSource(modelsFile)),
    credits: remember(yamlSource(creditsFile)),
    routes: remember(yamlSource(routesFile)),
    script: remember(yamlSource(scriptFile)),
    resume: remember(markdownSource(resumeHead)),
    unit: remember(markdownSource(unitHead)),
    goal: remember(markdownSource(goalHead)),
    contact: remember(markdownSource(contactHead)),
    skill: remember(markdownSource(skillHead)),
    tool: remember(markdownSource(toolHead)),
    mcp: remember(yamlSource(mcpFile)),
    pin: remember(yamlSource(pinFile)),
    workflow: remember(yamlSource(workflowFile)),
  };
}

/** The models if org/models.yaml is absent. */
const scripted = (): ModelsFile => modelsFile().parse({ version: 1, models: { default: { provider: 'scripted' } } });

/** A configuration that is being read. */
class ConfigDraft {
  private readonly texts: ReadonlyMap<string, string>;
  private readonly memories: ReturnType<typeof newMemories>;
  private readonly absent: Absent;
  /** Faults after which there is no configuration. */
  private readonly fatal: Fault[] = [];
  /** Faults that only set something aside. */
  private readonly private: Fault[] = [];
  private readonly broken = new Map<string, Fault[]>();
  private readonly resumes = new Map<string, Resume>();
  private templates: ReadonlyMap<string, ResumeTemplate> = new Map();
  private names: ReadonlySet<string> = new Set();
  private units: ReadonlyMap<string, ConfigSource<UnitHead>> = new Map();
  private readonly brokenUnits = new Set<string>();
  /** Unit → its members; each list is sorted once. */
  private readonly members = new Map<string, string[]>();

  constructor(texts: ReadonlyMap<string, string>, memories: ReturnType<typeof newMemories>, absent: Absent) {
    this.texts = texts;
    this.memories = memories;
    this.absent = absent;
  }

  read(folders: readonly string[], env: Readonly<Record<string, string | undefined>>): ConfigReading {
    this.names = this.agentNames([...new Set([...folders, ...this.absent.keys()])]);
    this.units = new Map(this.inFolder('org/units', this.memories.unit));
    const models = this.file('org/models.yaml', this.memories.models);
    const good = models ? models.value : scripted();
    const org = this.readOrg(env, good);
    const credits = this.file('org/credits.yaml', this.memories.credits);
    const chart = this.file('org/chart.yaml', this.memories.chart) ?? this.missing('org/chart.yaml');
    const routes = this.file('org/routes.yaml', this.memories.routes);
    this.readResumes(good ? new Set(Object.keys(good.models)) : null);
    this.setUnitsAside();
    const units = new Set(this.units.keys());
    this.check((references) => {
      if (chart) checkChart(chart, this.names, units, references);
      if (models) checkModels(models, references);
      if (credits) checkCredits(credits, this.names, units, references);
      if (routes) checkRoutes(routes, this.withRetired(folders), units, references);
    });
    if (models?.value) this.readScripts(models.value);
    const goals = this.readGoals();
    const contacts = this.readContacts();
    const skills = this.readSkills();
    if (chart) this.tellGone(Object.keys(chart.sound?.agents ?? {}));
    const declared = this.readDeclared();
    const workflows = this.readWorkflows();
    const limits = credits ? credits.value : creditsFile().parse({ version: 1 });
    const whole = org && good && limits && chart?.value && this.fatal.length === 0;
    const config = whole
      ? this.join(org, chart.value as ChartFile, good, limits, {
          goals,
          contacts,
          skills,
          workflows,
          routes: routes?.value?.routes ?? [],
          ...declared,
        })
      : null;
    const oneSided =
      config && chart ? oneSidedEdges(config).map((edge) => warnOf(edge, chart, (unit) => this.membersOf(unit))) : [];
    const idle = config && routes ? idleRoutes(config, routes) : [];
    const warnings = [...oneSided, ...idle, ...this.unknownSkills(skills)].sort(byPlace);
    return { config, faults: [...this.fatal, ...this.private].sort(byPlace), warnings };
  }

  /** The source of a file that concerns the whole org; its faults are fatal. Null if it is absent. */
  private file<T>(path: string, memory: Memory<ConfigSource<T>>): ConfigSource<T> | null {
    const text = this.texts.get(path);
    if (text === undefined) return null;
    const source = memory.read(text, path);
    this.fatal.push(...source.faults);
    return source;
  }

  private missing(path: string): null {
    this.fatal.push(fault('missing-file', `${path} is missing`, { file: path }));
    return null;
  }

  /**
   * Id → source of the markdown files in a folder. A file whose name is not an id is skipped with a fault, because nothing can
   * refer to it.
   */
  private *inFolder<T>(folder: string, memory: Memory<ConfigSource<T>>): Generator<[string, ConfigSource<T>]> {
    for (const [path, text] of this.texts) {
      const id = path.startsWith(`${folder}/`) && path.endsWith('.md') ? path.slice(folder.length + 1, -3) : null;
      if (id === null || id.includes('/')) continue;
      if (isName(id)) yield [id, memory.read(text, path)];
      else
        this.private.push(fault('bad-name', `"${id}" is not a valid name for a file in this folder`, { file: path }));
    }
  }

  /** Records broken references in a file that concerns the whole org. */
  private check(work: (references: References) => void): void {
    const references = new References();
    work(references);
    this.fatal.push(...references.faults);
  }

  /** Sets broken units aside: nobody writes to them. The agents they name still count as members for money and edges. */
  private setUnitsAside(): void {
    const references = new References();
    checkUnits(this.units, this.names, references);
    const faults = [...[...this.units.values()].flatMap((unit) => unit.faults), ...references.faults];
    for (const { file } of faults) this.brokenUnits.add((file as string).slice('org/units/'.length, -3));
    this.private.push(...faults);
  }

  private agentNames(folders: readonly string[]): Set<string> {
    const there = folders.filter((folder) => !this.isRetired(folder));
    const names = new Set(there.filter(isName).sort(byCodeUnit));
    const bad = there.filter((folder) => !names.has(folder) && !folder.startsWith('.'));
    const twins = new Map([...bad, ...names].map((name) => [name.toLowerCase(), name]));
    for (const folder of bad) {
      const other = twins.get(folder.toLowerCase());
      const twin = other === folder ? undefined : other;
      const file = `agents/${folder}`;
      this.setAside(folder, [
        twin === undefined
          ? fault('bad-name', `"${folder}" is not a valid name for an agent`, { file, value: folder })
          : fault('duplicate-name', `"${folder}" and "${twin}" differ only by case`, { file, value: folder }),
      ]);
    }
    return names;
  }

  private isRetired(folder: string): boolean {
    return this.texts.has(retiredPath(folder)) && !this.texts.has(resumePath(folder));
  }

  /** Agents, also those that were retired: a route that names one of them is followed no more, and is no fault. */
  private withRetired(folders: readonly string[]): ReadonlySet<string> {
    return new Set([...this.names, ...folders.filter((folder) => this.isRetired(folder))]);
  }

  private setAside(agent: string, faults: Fault[]): void {
    this.broken.set(agent, faults);
    this.private.push(...faults);
  }

  private readOrg(env: Readonly<Record<string, string | undefined>>, known: ModelsFile | null): OrgFile | null {
    const source = this.file('org/org.yaml', this.memories.org) ?? this.missing('org/org.yaml');
    const { org, faults } = override(source?.value ? source.data : { version: 1, name: 'x' }, env);
    this.fatal.push(...faults);
    if (!source?.value || !org) return null;
    const agent = org.summary?.agent;
    if (agent !== undefined && agent === env.LEMMING_SUMMARY_AGENT && !this.names.has(agent))
      this.fatal.push(
        fault('bad-env', `LEMMING_SUMMARY_AGENT: there is no agent ${JSON.stringify(agent)}`, { value: agent }),
      );
    else if (agent !== undefined)
      this.check((references) => references.need(agent, this.names, 'agent', source, ['summary', 'agent']));
    const { embedder } = org.memory;
    const models = new Set(Object.keys(known?.models ?? {}));
    if (embedder !== null && embedder === env.LEMMING_MEMORY_EMBEDDER && known && !models.has(embedder))
      this.fatal.push(
        fault('bad-env', `LEMMING_MEMORY_EMBEDDER: there is no model ${JSON.stringify(embedder)}`, { value: embedder }),
      );
    else if (embedder !== null && known)
      this.check((references) => references.need(embedder, models, 'model', source, ['memory', 'embedder']));
    return org;
  }

  /** Scripts of scripted models concern the whole org. */
  private readScripts(models: ModelsFile): void {
    const scripts = new Set(Object.values(models.models).flatMap(({ script }) => script ?? []));
    for (const script of scripts) this.file(script, this.memories.script);
  }

  private readResumes(models: ReadonlySet<string> | null): void {
    const templates = new Map<string, ConfigSource<ResumeHead>>(this.inFolder('org/templates', this.memories.resume));
    for (const template of templates.values()) this.private.push(...template.faults);
    this.templates = wholeTemplates(templates);
    const known = { models, units: new Set(this.units.keys()), templates };
    for (const name of this.names) {
      const path = `agents/${name}/resume.md`;
      const absence = this.absent.get(name);
      if (absence) {
        if (!absence.out) this.setAside(name, [fault('absent', absence.why, { file: `agents/${name}` })]);
        continue;
      }
      const text = this.texts.get(path);
      const read =
        text === undefined
          ? { faults: [fault('missing-file', `${name} has no resume`, { file: path })] }
          : readResume(name, this.memories.resume.read(text, path), known);
      if ('faults' in read) this.setAside(name, read.faults);
      else this.resumes.set(name, read.resume);
    }
  }

  /** Reports agents that the chart names but whose folder is gone for good. */
  private tellGone(charted: readonly string[]): void {
    for (const name of charted) {
      const absence = this.absent.get(name);
      if (absence?.out) this.private.push(fault('absent', absence.why, { file: `agents/${name}` }));
    }
  }

  private readGoals(): Config['goals'] {
    const goals = new Map<string, { title: string; owner: string | null; text: string }>();
    for (const [id, source] of this.inFolder('org/goals', this.memories.goal)) {
      const references = new References();
      const goal = source.value;
      if (goal?.owner !== undefined) references.need(goal.owner, this.names, 'agent', source, ['owner']);
      this.private.push(...source.faults, ...references.faults);
      if (goal?.status === 'open' && references.faults.length === 0)
        goals.set(id, { title: goal.title, owner: goal.owner ?? null, text: source.body });
    }
    return new Map([...goals].sort(([a], [b]) => byCodeUnit(a, b)));
  }

  /** Reads contacts and checks that those to be asked are people. */
  private readContacts(): Config['contacts'] {
    const { contacts, faults } = readContacts(this.inFolder('org/contacts', this.memories.contact), this.resumes);
    this.private.push(...faults);
    const text = this.texts.get('org/org.yaml');
    if (text !== undefined) {
      const org = this.memories.org.read(text, 'org/org.yaml');
      this.check((references) => checkAsked(org, this.names, this.resumes, contacts, references));
      this.check((references) => checkPolicies(org, references));
    }
    return contacts;
  }

  /** Reads skills. A broken one is skipped, and its agents work on. */
  private readSkills(): Skills {
    const { skills, faults } = readSkills(this.texts, this.memories.skill);
    this.private.push(...faults);
    return skills;
  }

  /** Reads the org's own tools and MCP servers. A broken one is skipped as well. */
  private readDeclared(): Pick<Config, 'tools' | 'servers'> {
    const { tools, faults } = readTools(this.texts, this.memories.tool);
    const { servers, faults: more } = readServers(this.texts, this.memories);
    this.private.push(...faults, ...more);
    return { tools, servers };
  }

  /** Reads workflows. A broken one is skipped, and no run of it starts. */
  private readWorkflows(): Config['workflows'] {
    const { workflows, faults } = readWorkflows(this.texts, this.memories.workflow, this.resumes, this.names);
    this.private.push(...faults);
    return workflows;
  }

  /**
   * Skills that do not exist although a resume lists them or a limit concerns them. They are reported, but nobody is set aside
   * for it.
   */
  private unknownSkills(skills: Skills): Fault[] {
    const references = new References();
    for (const resume of this.resumes.values()) {
      const path = `agents/${resume.name}/resume.md`;
      const known = new Set(['*', ...skillsOf(skills, resume).keys()]);
      for (const [i, skill] of resume.skills.entries())
        references.need(skill, known, 'skill', this.memories.resume.read(this.texts.get(path) ?? '', path), [
          'skills',
          i,
        ]);
    }
    this.needSkills(new Set([...skills.values()].map(({ id }) => id)), references);
    return references.faults;
  }

  /** Checks limits of skills: a limit on a skill that does not exist limits nobody. */
  private needSkills(known: ReadonlySet<string>, references: References): void {
    const source = this.memories.org.read(this.texts.get('org/org.yaml') ?? '', 'org/org.yaml');
    for (const id of Object.keys(source.value?.skills.limits ?? {}))
      references.need(id, known, 'skill', source, ['skills', 'limits', id], 'key');
  }

  private join(
    org: OrgFile,
    chart: ChartFile,
    { models, limits }: ModelsFile,
    credits: CreditsFile,
    {
      goals,
      contacts,
      skills,
      tools,
      servers,
      workflows,
      routes,
    }: Pick<Config, 'goals' | 'contacts' | 'skills' | 'tools' | 'servers' | 'workflows' | 'routes'>,
  ): Config {
    const order = [...new Set([...Object.keys(chart.agents), ...this.names])].filter((name) => this.resumes.has(name));
    const membersOf = (unit: string) => this.membersOf(unit);
    return {
      org,
      order,
      agents: withTheirSkills(this.inTheirUnits(), skills),
      broken: this.broken,
      sendTo: endsOf(chart, 'send_to', membersOf),
      readFrom: endsOf(chart, 'read_from', membersOf),
      models: new Map(Object.entries(models)),
      limits,
      credits,
      routes,
      units: new Map(this.goodUnits().map((id) => [id, this.unitOf(id, credits)])),
      goals,
      contacts,
      templates: this.templates,
      skills,
      tools,
      servers,
      workflows,
    };
  }

  /**
   * The resumes with their units. If a resume names no unit, the first unit that lists the agent counts: its spending is booked
   * there.
   */
  private inTheirUnits(): Map<string, Resume> {
    const agents = new Map(this.resumes);
    for (const unit of [...this.units.keys()].sort(byCodeUnit))
      for (const name of this.membersOf(unit)) {
        const resume = agents.get(name);
        if (resume && resume.unit === undefined) agents.set(name, copyWith(resume, { unit }));
      }
    return agents;
  }

  private goodUnits(): string[] {
    return [...this.units.keys()].filter((id) => !this.brokenUnits.has(id)).sort(byCodeUnit);
  }

  private unitOf(id: string, credits: CreditsFile): Unit {
    const { value, body } = this.units.get(id) as ConfigSource<UnitHead>;
    const { name = id, parent = null, head = null, mission = '' } = value ?? {};
    return {
      id,
      name,
      parent: parent !== null && this.brokenUnits.has(parent) ? null : parent,
      head,
      mission,
      members: this.membersOf(id),
      charter: body,
      caps: credits.units[id] ?? {},
    };
  }

  /** The agents that a unit's file names, even if the file has faults elsewhere. */
  private namedIn({ value, data }: ConfigSource<UnitHead>): string[] {
    const named: unknown = value?.members ?? (data as { members?: unknown } | null)?.members;
    return Array.isArray(named) ? named.filter((name) => this.names.has(name)) : [];
  }

  /** The unit's members by its file and by their resumes, sorted. */
  private membersOf(unit: string): string[] {
    if (this.members.size === 0) {
      const sets = new Map([...this.units].map(([id, unit]) => [id, new Set(this.namedIn(unit))]));
      for (const { name, unit: own } of this.resumes.values()) if (own !== undefined) sets.get(own)?.add(name);
      for (const [id, names] of sets) this.members.set(id, [...names].sort(byCodeUnit));
    }
    return this.members.get(unit) ?? [];
  }
}

/** Adds `load_skill` for agents that have a skill. */
function withTheirSkills(agents: ReadonlyMap<string, Resume>, skills: Skills): Map<string, Resume> {
  const able = (resume: Resume): Resume =>
    resume.person ||
    skillsOf(skills, resume).size === 0 ||
    resume.tools.some((tool) => /^(ask:)?load_skill$/.test(tool))
      ? resume
      : copyWith(resume, { tools: [...resume.tools, 'load_skill'] });
  return new Map([...agents].map(([name, resume]) => [name, able(resume)]));
}

function byPlace(a: Fault, b: Fault): number {
  return byCodeUnit(a.file ?? '', b.file ?? '') || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}
