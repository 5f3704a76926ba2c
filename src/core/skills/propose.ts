/** Checks, shows and stages a proposed skill. */
import type { Resume } from '../../schema/config/resume.ts';
import { isSkillText } from '../../schema/config/skill.ts';
import { byCodeUnit } from '../../schema/name.ts';
import { textHash } from '../model/hash.ts';
import { resumePath } from '../model/paths.ts';
import type { State } from '../model/state.ts';
import type { ActContext, Covers, Staged } from '../model/tool.ts';
import { diffLines } from '../text/diff.ts';
import { withSkill } from './listing.ts';
import { homeOf, isProposal, type Proposal, textsOf } from './proposal.ts';

/** Characters of all texts, waiting proposals of an agent, and skills in a folder, at most. */
const MOST_CHARS = 100_000;
const MOST_WAITING = 3;
const MOST_SKILLS = 40;
/** Names that are the same on every disk and mean nothing to a shell. */
const PART = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** Characters that a reader would not see, or would see in another place. */
const UNSEEN = /[\0-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

/** The commands of its tests, for a shell in its folder: `test`, otherwise every script in `tests/`. */
export function testsOf({ test, files }: Proposal): string[] {
  const scripts = files.map(({ path }) => path).sort();
  if (test !== undefined) return [scripts.includes(test) ? (runnerOf(test) ?? test) : test];
  return scripts.filter((path) => path.startsWith('tests/')).flatMap((path) => runnerOf(path) ?? []);
}

function runnerOf(path: string): string | null {
  if (path.endsWith('.sh')) return `sh ${path}`;
  return path.endsWith('.py') ? `python3 -B ${path}` : null;
}

/** Why nobody is asked about it; null when a person may be asked. Pure. */
export function refusalOf(proposal: Proposal, scene: ActContext): Extract<Staged, { ok: false }> | null {
  const why = wrongWith(proposal) ?? tooMany(proposal, scene);
  return why === null ? null : { ok: false, rule: 'skill', text: why };
}

function wrongWith(proposal: Proposal): string | null {
  const { name, description, body, files, test } = proposal;
  for (const { path } of files) {
    const why = wrongPath(path, files);
    if (why !== null) return `${JSON.stringify(path)} ${why}.`;
  }
  const texts = [description, body, test ?? '', ...files.map(({ text }) => text)];
  if (texts.some((text) => UNSEEN.test(text.replaceAll('\r\n', '\n'))))
    return 'A text contains invisible characters. Remove them.';
  const chars = texts.reduce((sum, text) => sum + text.length, 0);
  if (chars > MOST_CHARS)
    return `${name} has ${chars} characters in total; at most ${MOST_CHARS} are allowed. Shorten its texts.`;
  if (files.some(({ path }) => path.startsWith('tests/')) && testsOf(proposal).length === 0)
    return 'tests/ contains no script that can run. Name one *.sh or *.py, or say in test how to test it.';
  return null;
}

function wrongPath(path: string, files: readonly { path: string }[]): string | null {
  const parts = path.split('/');
  if (parts.length > 3 || !parts.every((part) => PART.test(part)) || !isSkillText(`org/skills/x/${path}`))
    return 'cannot be a file of a skill: a text such as references/forms.md or tests/run.sh, two folders deep at most';
  const same = files.filter((other) => other.path.toLowerCase() === path.toLowerCase());
  if (same.length > 1 || path.toLowerCase() === 'skill.md') return 'already exists: give each file a name of its own';
  return files.some((other) => other.path.toLowerCase().startsWith(`${path.toLowerCase()}/`))
    ? 'is a folder as well: rename the file'
    : null;
}

function tooMany(proposal: Proposal, { state, agent, draft, config, approved }: ActContext): string | null {
  const { name } = proposal;
  const home = homeOf(agent, proposal);
  const others = [...state.approvals.pending.values()].filter(({ id }) => id !== approved?.id);
  const waiting = [...others, ...draft.held].filter(isProposal);
  const same = waiting.find(({ agent, input }) => input.name === name && homeOf(agent, input) === home);
  if (same)
    return `${same.id} already proposes ${name} and is waiting for an answer. Wait for it, or choose another name.`;
  const own = waiting.filter((held) => held.agent === agent).length;
  if (own >= MOST_WAITING)
    return `${own} skills that you proposed are already waiting for an answer. Wait for one before you propose more.`;
  const skills = [...config.skills.values()].filter(({ folder }) => folder.startsWith(`${home}/`));
  return skills.length >= MOST_SKILLS && !skills.some(({ id }) => id === name)
    ? `${home} already has ${skills.length} skills; at most ${MOST_SKILLS} are allowed. Improve one of them.`
    : null;
}

/** The texts of the skill that it would replace. */
function present(state: State, folder: string): Map<string, string> {
  const texts = new Map<string, string>();
  for (const [path, text] of state.files.texts)
    if (path.startsWith(`${folder}/`) && isSkillText(path)) texts.set(path.slice(folder.length + 1), text);
  return texts;
}

function hashOf(texts: ReadonlyMap<string, string>): string {
  return textHash(JSON.stringify([...texts].sort(([a], [b]) => byCodeUnit(a, b))));
}

/**
 * What a person is shown: the texts, the changes in each, and how the tests went. Lines are indented, so that none can pass
 * for a line of the file.
 */
export function showProposal(proposal: Proposal, { state, agent }: ActContext, result: string) {
  const home = homeOf(agent, proposal);
  const folder = `${home}/${proposal.name}`;
  const before = present(state, folder);
  const after = textsOf(proposal);
  const shadows = proposal.for === 'me' && state.files.texts.has(`org/skills/${proposal.name}/SKILL.md`);
  const parts = [
    before.size
      ? `A new version of the skill in \`${folder}/\`. The present one is kept for \`lemming skill rollback\`.`
      : `A new skill. It goes to \`${folder}/\`${proposal.for === 'org' ? ` and is for every agent whose resume lists it; the resume of ${agent} will list it.` : `: for ${agent} alone.`}`,
    shadows ? `For ${agent} it replaces the organisation's skill of that name.` : '',
    'A skill gives no rights.',
    ...[...after].map(([path, text]) => `\`${path}\`:\n\n${indent(text)}`),
    ...(before.size ? [`What changes:\n\n${indent(changesIn(before, after))}`] : []),
    `Its tests:\n\n${indent(result)}`,
  ];
  return { shows: parts.filter(Boolean).join('\n\n'), over: hashOf(before) };
}

/** The skill that it would replace, as an approval covers it. */
export function coveredSkill(proposal: Proposal, { state, agent }: ActContext): Covers {
  const folder = `${homeOf(agent, proposal)}/${proposal.name}`;
  return { [folder]: hashOf(present(state, folder)) };
}

function changesIn(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string {
  const names = [...new Set([...after.keys(), ...before.keys()])].filter(
    (path) => before.get(path) !== after.get(path),
  );
  const diffs = names.map((path) =>
    [`--- ${path}`, ...diffLines(before.get(path) ?? '', after.get(path) ?? '')].join('\n'),
  );
  return diffs.join('\n') || 'Nothing.';
}

function indent(text: string): string {
  return text.trimEnd().replace(/^/gm, '    ');
}

/** Stages an approved skill: it goes to its place, and what stood there is kept. Its author gets it at once. Pure. */
export function stageSkill(proposal: Proposal, scene: ActContext): Staged {
  const { agent, state, turn, draft, approved } = scene;
  if (approved === undefined) return { ok: false, rule: 'skill', text: 'A person must approve it first.' };
  const home = homeOf(agent, proposal);
  const folder = `${home}/${proposal.name}`;
  const before = present(state, folder);
  if (hashOf(before) !== approved.over)
    return { ok: false, rule: 'skill', text: `${proposal.name} has changed since it was proposed. Propose it again.` };
  const after = textsOf(proposal);
  const put = (path: string, text: string | null, was: string | null): void =>
    void draft.wrote.set(path, { text, was, onto: () => ({ text }) });
  for (const [path, text] of before) {
    put(`${home}/_old/${proposal.name}/${turn}/${path}`, text, null);
    if (!after.has(path)) put(`${folder}/${path}`, null, text);
  }
  for (const [path, text] of after) put(`${folder}/${path}`, text, before.get(path) ?? null);
  const yours = `${proposal.name} is yours to use from the next turn on: ${folder}/`;
  return { ok: true, text: proposal.for === 'me' ? yours : shared(proposal, scene, yours, folder) };
}

/** Gives a skill of the organisation to its author, and says who has it and how others get it. */
function shared({ name }: Proposal, scene: ActContext, yours: string, folder: string): string {
  const { config, agent } = scene;
  const why = whyUnlisted(name, scene);
  const start = why === null ? yours : `${name} is in ${folder}/ from the next turn on, but you do not have it: ${why}`;
  const has = config.order.filter((other) => (other === agent ? why === null : lists(config.agents.get(other), name)));
  return `${start}. ${has.join(', ') || 'No agent'} ${has.length > 1 ? 'have' : 'has'} it. Another agent gets it when a person adds ${name} to skills in its resume.`;
}

/** Adds the skill to the resume of its author; says why that cannot be done, null when it is listed. */
function whyUnlisted(name: string, { state, agent, resume, draft }: ActContext): string | null {
  if (lists(resume, name)) return null;
  const path = resumePath(agent);
  if (resume.extends !== undefined) return `${path} may list only skills of its template ${resume.extends}`;
  const was = state.files.texts.get(path) ?? '';
  const text = withSkill(was, name);
  if (text === null) return `the list of skills in ${path} is in a form that only a person can change`;
  const onto = (now: string | null): { text: string } | null => {
    const more = withSkill(now ?? '', name);
    return more === null ? null : { text: more };
  };
  draft.wrote.set(path, { text, was, onto });
  return null;
}

function lists(resume: Resume | undefined, skill: string): boolean {
  return resume !== undefined && !resume.person && (resume.skills.includes(skill) || resume.skills.includes('*'));
}
