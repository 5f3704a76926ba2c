/** Reads resumes and completes them from their templates. */
import type { ResumeTemplate } from '../../core/model/config.ts';
import { isUnder } from '../../core/rights/intersect.ts';
import { hostWithin } from '../../core/text/url-rule.ts';
import { covers, type Resume, type ResumeHead } from '../../schema/config/resume.ts';
import { copyWith } from '../../schema/copy.ts';
import type { Fault } from '../../schema/fault.ts';
import { type ConfigSource, References } from './source.ts';

/** What a resume may refer to. */
export interface KnownNames {
  /** Null if models.yaml is broken: then models are not checked. */
  models: ReadonlySet<string> | null;
  units: ReadonlySet<string>;
  templates: ReadonlyMap<string, ConfigSource<ResumeHead>>;
}

/** The resume of an agent, completed by its template and checked; or its faults. */
export function readResume(
  agent: string,
  source: ConfigSource<ResumeHead>,
  known: KnownNames,
): { resume: Resume } | { faults: Fault[] } {
  if (source.value === null && source.sound !== null) {
    const rest = readResume(agent, copyWith(source, { value: source.sound, faults: [] }), known);
    return { faults: [...source.faults, ...('faults' in rest ? rest.faults : [])] };
  }
  const whole = resolve(source, known.templates, []);
  if ('faults' in whole) return whole;
  const { body } = whole;
  const head = agent === HUMAN && !saysPerson(source) ? copyWith(whole.head, { person: true }) : whole.head;
  const references = new References();
  if (head.name !== undefined && head.name !== agent)
    references.add(
      'invalid-value',
      `The name is "${head.name}", but the folder is named "${agent}"`,
      source,
      ['name'],
      'value',
      { value: head.name, nearest: agent },
    );
  if (known.models && !head.person) checkModels(head, source, known.models, references);
  if (head.unit !== undefined) references.need(head.unit, known.units, 'unit', source, ['unit']);
  if (references.faults.length) return { faults: references.faults };
  return { resume: copyWith(head, { name: agent, instructions: body }) };
}

/** The agent that is a person by default. */
const HUMAN = 'human';

function saysPerson({ data }: ConfigSource<ResumeHead>): boolean {
  return (data as { person?: unknown }).person !== undefined;
}

function checkModels(
  head: ResumeHead,
  source: ConfigSource<ResumeHead>,
  models: ReadonlySet<string>,
  references: References,
): void {
  for (const [i, model] of head.model.entries())
    references.need(model, models, 'model', source, isList(source.data) ? ['model', i] : ['model']);
}

function isList(data: unknown): boolean {
  return Array.isArray((data as { model?: unknown }).model);
}

/** The valid templates, each with everything it inherits. */
export function wholeTemplates(templates: KnownNames['templates']): Map<string, ResumeTemplate> {
  const whole = new Map<string, ResumeTemplate>();
  for (const [id, source] of templates) {
    const made = resolve(source, templates, [id]);
    if (!('faults' in made)) whole.set(id, made);
  }
  return whole;
}

/** Fills in from the template what the resume leaves out. `above`: the templates that led here. */
function resolve(
  source: ConfigSource<ResumeHead>,
  templates: KnownNames['templates'],
  above: readonly string[],
): ResumeTemplate | { faults: Fault[] } {
  const head = source.value;
  if (!head) return { faults: source.faults };
  if (head.extends === undefined) return { head, body: source.body, hasModel: hasModel(source) };
  const references = new References();
  const template = templates.get(head.extends);
  const path = [...above, head.extends];
  references.need(head.extends, new Set(templates.keys()), 'template', source, ['extends']);
  if (above.includes(head.extends))
    references.add('invalid-value', `The templates form a loop: ${path.join(' → ')}`, source, ['extends']);
  if (!template || references.faults.length) return { faults: references.faults };
  const base = resolve(template, templates, path);
  if ('faults' in base) {
    references.add(
      'invalid-value',
      `The template "${head.extends}" has faults, so it cannot be used: see ${template.file}`,
      source,
      ['extends'],
      'value',
      { value: head.extends },
    );
    return { faults: references.faults };
  }
  checkNarrower(head, base.head, source, references);
  return references.faults.length ? { faults: references.faults } : merge(source, head, base);
}

/** Keys that only concern the file they are in. */
const OWN = ['version', 'name', 'extends'];

function merge(source: ConfigSource<ResumeHead>, head: ResumeHead, base: ResumeTemplate): ResumeTemplate {
  const given = new Set([...OWN, ...Object.keys(source.data as object)]);
  const own = Object.fromEntries(Object.entries(head).filter(([key]) => given.has(key)));
  const inherited = Object.fromEntries(Object.entries(base.head).filter(([key]) => !OWN.includes(key)));
  const merged = copyWith(copyWith(inherited, own), { limits: copyWith(base.head.limits, head.limits) });
  const body = source.body.trim() === '' ? base.body : source.body;
  return { head: merged as ResumeHead, body, hasModel: base.hasModel || hasModel(source) };
}

function hasModel(source: ConfigSource<ResumeHead>): boolean {
  return (source.data as { model?: unknown }).model !== undefined;
}

/** A resume may remove what its template grants, and ask where the template does not; it may not add rights. */
function checkNarrower(
  head: ResumeHead,
  base: ResumeHead,
  source: ConfigSource<ResumeHead>,
  references: References,
): void {
  const template = head.extends;
  const say = (key: 'tools' | 'skills' | 'shared' | 'hosts' | 'commands', i: number, value: string) =>
    references.add(
      'invalid-value',
      `The template "${template}" does not grant ${key}: ${value || '.'}`,
      source,
      [key, i],
      'value',
      { value },
    );
  for (const [i, tool] of head.tools.entries())
    if (!base.tools.some((grant) => covers(grant, tool) || covers(grant, tool.replace(/^ask:/, ''))))
      say('tools', i, tool);
  for (const [i, skill] of head.skills.entries()) if (!base.skills.includes(skill)) say('skills', i, skill);
  for (const [i, path] of head.shared.entries())
    if (!base.shared.some((grant) => isUnder(path, grant))) say('shared', i, path);
  for (const [i, host] of head.hosts.entries())
    if (!base.hosts.some((grant) => hostWithin(host, grant))) say('hosts', i, host);
  for (const [i, program] of (head.commands ?? []).entries())
    if (base.commands && !base.commands.includes(program)) say('commands', i, program);
}
