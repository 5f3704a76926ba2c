/** Intersects the rights of a template with those of its creator. */
import type { Resume } from '../../schema/config/resume.ts';
import { copyWith } from '../../schema/copy.ts';
import type { ResumeTemplate } from '../model/config.ts';
import { hostWithin } from '../text/url-rule.ts';
import { grants } from './permit.ts';

/** The rights of a resume. */
export type Rights = Pick<Resume, 'model' | 'tools' | 'skills' | 'shared' | 'hosts' | 'commands' | 'limits' | 'unit'>;

/** Rights that are asked for by name; the others are those of the template. */
export interface RequestedRights {
  tools?: string[] | undefined;
  skills?: string[] | undefined;
  shared?: string[] | undefined;
}

/**
 * The rights that both the template and the creator have: rights only shrink. `beyond`: rights that were asked for by name
 * but that one of them lacks; `without`: rights of the template that the creator lacks. A person passes on whatever the
 * template has. Pure.
 */
export function intersectRights(
  creator: Resume,
  { head, hasModel }: ResumeTemplate,
  wanted: RequestedRights,
): { rights: Rights; beyond: string[]; without: string[] } {
  const own = creator.person ? copyWith(head, { unit: head.unit }) : creator;
  const tools = meetTools(head.tools, own.tools);
  const skills = meetSkills(head.skills, own.skills);
  const shared = meetPaths(head.shared, own.shared);
  const rights: Rights = {
    model: meetModels(hasModel ? head.model : [], own.model),
    tools: wanted.tools ? wanted.tools.flatMap((tool) => leastTool([tool], tools, bare(tool))) : tools,
    skills: wanted.skills ? meetSkills(wanted.skills, skills) : skills,
    shared: wanted.shared ? meetPaths(wanted.shared, shared) : shared,
    hosts: meetHosts(head.hosts, own.hosts),
    commands: meetCommands(head.commands, own.commands),
    limits: meetLimits(head.limits, own.limits),
    unit: own.unit,
  };
  const beyond = [
    ...missing(wanted.tools, (tool) => grants({ tools }, bare(tool)) !== null),
    ...missing(wanted.skills, (skill) => skills.includes(skill) || skills.includes('*')),
    ...missing(wanted.shared, (path) => shared.some((grant) => isUnder(path, grant))),
  ];
  const without = missing(wanted.tools ? [] : head.tools, (tool) => grants({ tools }, bare(tool)) !== null);
  return { rights, beyond, without };
}

function missing(list: readonly string[] | undefined, has: (one: string) => boolean): string[] {
  return (list ?? []).filter((one) => !has(one)).map((one) => one || '.');
}

/** A tool without `ask:`. */
export function bare(tool: string): string {
  return tool.replace(/^ask:/, '');
}

function meetTools(some: readonly string[], others: readonly string[]): string[] {
  return [...new Set(some.map(bare))].flatMap((tool) => leastTool(some, others, tool));
}

/** The grant of a tool by both: with `ask:` where one of them has it; empty where one grants nothing. */
function leastTool(some: readonly string[], others: readonly string[], tool: string): string[] {
  const both = [some, others].map((tools) => grants({ tools: [...tools] }, tool));
  if (both.includes(null)) return [];
  return [both.includes('ask') ? `ask:${tool}` : tool];
}

/** `*` means all skills. */
function meetSkills(some: readonly string[], others: readonly string[]): string[] {
  if (others.includes('*')) return [...new Set(some)];
  return some.includes('*') ? [...others] : some.filter((skill) => others.includes(skill));
}

/** Of two paths of which one lies in the other, the inner one. */
function meetPaths(some: readonly string[], others: readonly string[]): string[] {
  const inner = some.flatMap((path) =>
    others.flatMap((other) => (isUnder(path, other) ? [path] : isUnder(other, path) ? [other] : [])),
  );
  return [...new Set(inner)];
}

/** Of two patterns of which one contains the other, the narrower one. */
function meetHosts(some: readonly string[], others: readonly string[]): string[] {
  const inner = some.flatMap((host) =>
    others.flatMap((other) => (hostWithin(host, other) ? [host] : hostWithin(other, host) ? [other] : [])),
  );
  return [...new Set(inner)];
}

/** Absent means any. */
function meetCommands(some: Resume['commands'], others: Resume['commands']): Resume['commands'] {
  return some && others ? some.filter((program) => others.includes(program)) : (some ?? others);
}

/** The models of the template that the creator has; if none, the creator's. */
function meetModels(some: readonly string[], others: readonly string[]): string[] {
  const both = some.filter((model) => others.includes(model));
  return both.length ? both : [...others];
}

function meetLimits(some: Resume['limits'], others: Resume['limits']): Resume['limits'] {
  const keys = ['steps', 'output_tokens'] as const;
  const least = keys.map((key) => [key, Math.min(some[key] ?? Infinity, others[key] ?? Infinity)] as const);
  return Object.fromEntries(least.filter(([, limit]) => limit !== Infinity));
}

/** Whether a path under `org/shared` is another, or lies in it. Compares whole parts. */
export function isUnder(path: string, grant: string): boolean {
  const [inner, outer] = [partsOf(path), partsOf(grant)];
  return outer.every((part, i) => part === inner[i]);
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}
