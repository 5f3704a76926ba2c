/** The `lemming skill` subcommands that show skills. */
import { readOrg } from '../../app/read-org.ts';
import { checkAgent } from '../../app/seats.ts';
import type { View } from '../../app/view.ts';
import type { Config, Skill } from '../../core/model/config.ts';
import type { State } from '../../core/model/state.ts';
import { homeOf, isProposal } from '../../core/skills/proposal.ts';
import { limitOf, loadsOf, printLimit } from '../../core/skills/quota.ts';
import { skillsOf } from '../../core/skills/skill.ts';
import { isSkillText } from '../../schema/config/skill.ts';
import { failure, printBroken } from '../../schema/fault.ts';
import { oneLine, shorten, table } from '../../views/text/table.ts';
import type { World } from '../world.ts';
import { homeFor, offSkills, oldVersions } from './skill-folders.ts';

interface LookInput {
  args: { skill: string };
  flags: { agent?: string | undefined };
}

/** The agent's own skill, if an agent is named; otherwise that of the org, then of `.agents/`, then of any agent. */
function lookUp({ skills }: Config, id: string, agent?: string): Skill | undefined {
  const all = [...skills.values()].filter((skill) => skill.id === id);
  if (agent !== undefined) return all.find(({ folder }) => folder === `${homeFor(agent)}/${id}`);
  return all.find(({ folder }) => folder.startsWith('org/')) ?? all[0];
}

/** The same, but throws `not-found`. */
export function find(config: Config, id: string, agent?: string): Skill {
  const found = lookUp(config, id, agent);
  if (found) return found;
  const named = JSON.stringify(id);
  const message =
    agent === undefined ? `There is no valid skill ${named}.` : `${agent} has no valid skill ${named} of its own.`;
  throw failure('not-found', message, {
    remedy: 'Run lemming skill to list the skills, and the faults of broken ones.',
  });
}

/** The agents that have it. */
export function ownersOf(config: Config, skill: Skill): string[] {
  return config.order.filter((name) => {
    const resume = config.agents.get(name);
    return resume && !resume.person && skillsOf(config.skills, resume).get(skill.id) === skill;
  });
}

/** The version that the author of a skill states; the standard puts it into the free-form `metadata`. */
function versionOf({ head }: Skill): string | null {
  return head.metadata?.version ?? null;
}

/** Proposed skills that no turn has settled yet. */
function proposalsIn(state: State) {
  return [...state.approvals.pending.values()].filter(isProposal).map(({ id, agent, input, answer, shows = '' }) => ({
    approval: id,
    agent,
    id: input.name,
    description: oneLine(input.description),
    folder: `${homeOf(agent, input)}/_proposed/${input.name}`,
    answered: answer?.decision ?? null,
    shows,
  }));
}

/** The faults of skills, of those that a resume lists, and of those with a limit. */
export function faultsIn({ faults, warnings }: View) {
  return [
    ...faults.filter(({ file }) => file !== undefined && isSkillText(file)),
    ...warnings.filter(({ code, message }) => code === 'unknown-name' && message.includes('no skill')),
  ];
}

/** The agent whose own skill is meant; undefined for the organisation. Throws `not-found` for an unknown name. */
export function ownerIn(view: View, { agent }: { agent?: string | undefined }): string | undefined {
  if (agent !== undefined) checkAgent(view, agent);
  return agent;
}

/** Every skill: existing, proposed, switched off, and broken; or only those of an agent. */
export async function listAll(world: World, { flags }: { flags: { agent?: string | undefined } }) {
  const view = readOrg(world);
  const { config, disk, state } = view;
  const owner = ownerIn(view, flags);
  const isMeant = (agent: string): boolean => owner === undefined || owner === agent;
  const skills = [...config.skills.values()]
    .map((skill) => rowOf(config, skill))
    .filter(({ agents }) => owner === undefined || agents.includes(owner));
  const faults = faultsIn(view);
  const off = offSkills(disk);
  const offOf = config.order.filter(isMeant).flatMap((agent) => offSkills(disk, agent).map((id) => ({ agent, id })));
  const proposed = proposalsIn(state)
    .filter(({ agent }) => isMeant(agent))
    .map(({ shows: _, ...row }) => row);
  const none = 'There are no skills. To add one, put a folder with a SKILL.md into org/skills.';
  const text = [
    skills.length ? printSkills(skills) : owner === undefined ? none : `${owner} has no skills.`,
    ...proposed.map(
      ({ id, agent, approval, description, answered }) =>
        `Proposed by ${agent}, not active: ${id}, ${shorten(description, 100)} (lemming skill show ${approval}; ${answered === null ? `lemming approve ${approval}, or deny it` : `answered with ${answered}, which the next turn does`})`,
    ),
    off.length ? `Switched off: ${off.join(', ')}` : '',
    ...offOf.map(({ agent, id }) => `Switched off for ${agent}: ${id}`),
    ...faults.map(printBroken),
  ];
  return { data: { skills, proposed, off, off_of_agents: offOf, faults }, text: text.filter(Boolean).join('\n\n') };
}

function rowOf(config: Config, skill: Skill) {
  return {
    id: skill.id,
    folder: skill.folder,
    description: oneLine(skill.head.description),
    agents: ownersOf(config, skill),
    files: skill.files.length + 1,
    version: versionOf(skill),
    limits: limitOf(config.org, skill.id) ?? null,
  };
}

/** Empty columns are left out. */
function printSkills(skills: readonly ReturnType<typeof rowOf>[]): string {
  const rows = skills.map(({ id, folder, agents, description, version, limits }) => [
    id,
    shorten(agents.join(', ') || 'nobody', 40),
    shorten(version ?? '', 20),
    limits ? printLimit(limits) : '',
    folder,
    shorten(description, 100),
  ]);
  const filled = (_: string, column: number): boolean => rows.some((row) => row[column] !== '');
  const heading = ['skill', 'agents', 'version', 'loads', 'folder', 'for'];
  return table([heading.filter(filled), ...rows.map((row) => row.filter(filled))]);
}

/** A skill, and what is proposed under that name; or the subject of one approval. */
export async function show(world: World, { args: { skill: id }, flags }: LookInput) {
  const view = readOrg(world);
  const { config, state } = view;
  const agent = ownerIn(view, flags);
  const proposed = proposalsIn(state).filter(
    (one) => (one.id === id && (agent === undefined || one.folder.startsWith(homeFor(agent)))) || one.approval === id,
  );
  const texts = proposed.map(({ approval, agent, shows }) => `${approval}: ${agent} proposes\n\n${shows}`);
  const skill = lookUp(config, id, agent);
  if (!skill && proposed.length > 0) return { data: { id, proposed }, text: texts.join('\n\n') };
  const { data, text } = describe(view, skill ?? find(config, id, agent));
  return { data: { ...data, proposed }, text: [text, ...texts].join('\n\n') };
}

function describe({ config, state, disk }: View, skill: Skill) {
  const { id, folder, head, body, files } = skill;
  const versions = oldVersions(disk, id, folder.slice(0, folder.lastIndexOf('/')));
  const { agents, version, limits } = rowOf(config, skill);
  const others = [...config.skills.values()].filter((other) => other.id === id && other !== skill);
  const also = others.map(({ folder }) => folder);
  const loads = agents.flatMap((agent) => {
    const n = loadsOf(state, agent, id);
    return n > 0 ? [{ agent, loads: n }] : [];
  });
  const rows = [
    ['skill', id],
    ['version', version ?? ''],
    ['for', oneLine(head.description)],
    ['folder', folder],
    ['also in', also.join(', ')],
    ['agents', agents.join(', ') || 'none; to give it to an agent, list it in the resume'],
    ['files', files.join(', ')],
    ['licence', head.license ?? ''],
    ['needs', head.compatibility ?? ''],
    ['allowed-tools', head['allowed-tools'] ?? ''],
    ['loads', limits ? `at most ${printLimit(limits)} for each agent` : ''],
    [`on ${state.clock.day}`, loads.map(({ agent, loads }) => `${agent} ${loads}`).join(', ')],
    ['old versions', versions.join(', ')],
  ].filter(([, value]) => value !== '');
  return {
    data: { id, folder, also, head, agents, files, version, limits, loads, versions, body },
    text: `${table([['', ''], ...rows])}\n\n${body}`,
  };
}
