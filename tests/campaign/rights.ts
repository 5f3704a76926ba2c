import type { Entry, HiredEffect } from '../../src/core/model/entry.ts';
import { balanceOf, balanceOfOrg } from '../../src/core/money/ledger.ts';
import type { ChartLists } from '../../src/testing/generators.ts';
import { Chart, headOf, type Rule } from './oracle.ts';
import { journalOf } from './world.ts';

interface Head {
  person?: boolean;
  model?: string[];
  tools?: string[];
  skills?: string[];
  shared?: string[];
  unit?: string;
}

/** Who is hired by an agent has no tool, path, skill, model or edge beyond those of that agent, is never an agent by another way, and never comes twice. */
export const rightsShrink: Rule = (play) => {
  const wrong: string[] = [];
  const chart = new Chart();
  const heads = new Map<string, Head>();
  const take = (path: string, text: string | null): void => {
    chart.take(path, text);
    const name = /^agents\/([^/]+)\/resume\.md$/.exec(path)?.[1];
    if (name !== undefined) heads.set(name, headOf(text ?? '') as Head);
  };
  for (const entry of journalOf(play.machine.disk).entries) {
    if (entry.k === 'file') take(entry.path, entry.text);
    if (entry.k === 'retired') chart.take('org/chart.yaml', entry.chart.text);
    if (entry.k !== 'hired') continue;
    if (heads.has(entry.agent)) wrong.push(`${entry.agent} was hired twice`);
    const creator = heads.get(entry.by) ?? {};
    const kid = headOf(entry.files[0]?.text) as Head;
    if (!creator.person) wrong.push(...beyond(entry, kid, creator), ...strangers(entry, chart));
    for (const { path, text } of entry.files) take(`agents/${entry.agent}/${path}`, text);
    chart.take('org/chart.yaml', entry.chart.text);
  }
  for (const name of play.engine.config.agents.keys())
    if (!heads.has(name)) wrong.push(`nobody made ${name}, and it is an agent`);
  return wrong;
};

function beyond({ agent }: HiredEffect, kid: Head, creator: Head): string[] {
  const has = (list: readonly string[] = [], one: string): boolean => list.includes(one);
  const tools = (kid.tools ?? []).filter(
    (tool) => !has(creator.tools, tool) && !(tool.startsWith('ask:') && has(creator.tools, tool.slice(4))),
  );
  const skills = (kid.skills ?? []).filter((skill) => !has(creator.skills, skill) && !has(creator.skills, '*'));
  const shared = (kid.shared ?? []).filter(
    (path) => !creator.shared?.some((own) => own === '.' || path === own || path.startsWith(`${own}/`)),
  );
  const models = (kid.model ?? []).filter((model) => !has(creator.model ?? ['default'], model));
  const unit = creator.unit !== undefined && kid.unit !== creator.unit ? ['its unit'] : [];
  return [...tools, ...skills, ...shared, ...models, ...unit].map(
    (right) => `${agent} has ${right}, and who hired it has not`,
  );
}

/** Edges of a new agent with somebody with whom its creator has none. */
function strangers({ agent, by, chart }: HiredEffect, before: Chart): string[] {
  const { send_to, read_from } = (headOf(chart.text) as { agents: Record<string, ChartLists> }).agents[
    agent
  ] as ChartLists;
  return [
    ...send_to.filter((to) => to !== by && !before.edge(by, to)),
    ...read_from.filter((from) => from !== by && !before.edge(from, by)),
  ].map((name) => `${agent} has an edge with ${name}, and who hired it has not`);
}

/** What agents move between them is neither made nor lost: granted by files and people = left + spent + in doubt, for all together. */
export const sumConserved: Rule = (play) => {
  const { config, state } = play.engine;
  const given = journalOf(play.machine.disk).entries.reduce((sum, entry) => sum + grantedBy(entry), 0);
  const files = Object.values(config.credits.agents).reduce((sum, { grant }) => sum + grant, 0);
  const { granted, left, spent, reserved, doubt } = balanceOfOrg(config, state);
  const poor = [...state.staff.hired.keys()].filter((name) => balanceOf(config, state, name).left < 0);
  return [
    ...(granted === given + files ? [] : [`${granted} are granted, but people granted ${given + files}`]),
    ...(granted === left + spent + reserved + doubt ? [] : ['the books do not add up']),
    ...poor.map((name) => `${name} was hired and has less than nothing`),
  ];
};

/** What people put in, and took back with an agent that they retired. */
function grantedBy(entry: Entry): number {
  if (entry.k === 'request' && entry.request.ask === 'top-up') return entry.request.amount;
  if (entry.k === 'hired' && entry.from === null) return entry.credits;
  return entry.k === 'retired' && entry.to === null ? -entry.credits : 0;
}
