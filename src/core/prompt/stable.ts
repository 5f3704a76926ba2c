/** The stable part of prompts: the same in every call of an agent until somebody changes the organisation. */
import { STABLE_SECTIONS, type StableSection } from '../../schema/config/prompt.ts';
import type { Resume } from '../../schema/config/resume.ts';
import type { ToolSpec } from '../model/call.ts';
import type { Config } from '../model/config.ts';
import { textHash } from '../model/hash.ts';
import { printSkills } from '../skills/prompted.ts';
import { skillsOf } from '../skills/skill.ts';
import { printNeighbours } from '../staff/neighbours.ts';
import { rulesText } from './rules-text.ts';

/** By a configuration, which never changes: a new one is a new object. */
const stable = new WeakMap<Config, Map<string, Stable>>();

/** The beginning of every prompt of an agent. `text` is its JSON with the tools, which the journal keeps under `hash`. */
export interface Stable {
  tools: ToolSpec[];
  system: string;
  text: string;
  hash: string;
}

/** The stable part, computed once for a configuration and an agent. */
export function stablePart(config: Config, resume: Resume, tools: ToolSpec[]): Stable {
  const known = stable.get(config) ?? new Map<string, Stable>();
  stable.set(config, known);
  const found = known.get(resume.name);
  if (found && found.tools === tools) return found;
  const system = printSystem(config, resume, tools);
  const text = JSON.stringify({ system, tools });
  const made = { tools, system, text, hash: textHash(text) };
  known.set(resume.name, made);
  return made;
}

type PrintSection = (config: Config, resume: Resume, tools: readonly ToolSpec[]) => string;

const SECTIONS: Record<StableSection, PrintSection> = {
  identity: printIdentity,
  instructions: (_config, { instructions }) => instructions && `\n${instructions}`,
  goals: (config, { name }) => printGoals(config, name),
  skills: (config, resume) => printSkills(config.org, skillsOf(config.skills, resume)),
  colleagues: (config, { name }) => `\n## Who you can write to\n${printNeighbours(config, name)}`,
  rules: rulesText,
};

/** In the order of `prompt.stable` in org.yaml; sections that were added come last where it says nothing. */
function printSystem(config: Config, resume: Resume, tools: readonly ToolSpec[]): string {
  const { prompt } = config.org;
  const order = prompt?.stable ?? [...STABLE_SECTIONS, ...unlisted(prompt)];
  return order
    .map((name) => addedText(config, name) ?? SECTIONS[name as StableSection](config, resume, tools))
    .filter(Boolean)
    .join('\n')
    .trimStart();
}

/** Sections that were added and that the changing part does not have. */
function unlisted(prompt: Config['org']['prompt']): string[] {
  return Object.keys(prompt?.add ?? {}).filter((name) => !prompt?.changing?.includes(name));
}

/** The text of a section that people added, under its name. */
export function addedText({ org }: Config, name: string): string | undefined {
  const { prompt } = org;
  if (!prompt || !Object.hasOwn(prompt.add, name)) return undefined;
  return `\n## ${name.replaceAll('-', ' ')}\n${prompt.add[name]?.trim()}`;
}

function printIdentity(config: Config, resume: Resume): string {
  const unit = resume.unit === undefined ? undefined : config.units.get(resume.unit);
  return [
    `\nYou are ${resume.name}, an agent of the organisation "${config.org.name}".`,
    config.org.purpose && `Its purpose: ${config.org.purpose.trim()}`,
    resume.role && `Your role: ${resume.role}`,
    unit && `Your unit: ${unit.name}${unit.mission ? `. ${unit.mission}` : ''}`,
  ]
    .filter(Boolean)
    .join('\n');
}

function printGoals(config: Config, agent: string): string {
  const lines = [...config.goals.entries()]
    .filter(([, goal]) => goal.owner === null || goal.owner === agent)
    .map(([id, goal]) => `- ${id}: ${goal.title}`);
  return lines.length ? `\n## Goals\n${lines.join('\n')}` : '';
}
