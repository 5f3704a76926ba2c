/** The one function that gives permission for an act. */
import { covers, type Resume } from '../../schema/config/resume.ts';
import { copyWith } from '../../schema/copy.ts';
import type { Config } from '../model/config.ts';
import type { Tool } from '../model/tool.ts';
import { programIn } from '../text/command-line.ts';
import { permitUrl } from '../text/url-rule.ts';
import { askedFirst } from './approvers.ts';
import { type Policy, policyFor, recipientsIn, textIn } from './policy.ts';
import { type Recipients, resolveRecipients } from './recipients.ts';

/** An act to be judged: who asks for what. `value` was checked by the tool's schema. */
export interface Act {
  agent: string;
  resume: Resume;
  toolName: string;
  tool: Tool | undefined;
  /** null while the input has not passed the schema. */
  value: unknown;
  why: string | null;
  /** A person approved this very act. */
  approved: boolean;
  /** Why it could give away private data on the word of a stranger; null when it could not (`taint.ts`). */
  taint?: string | null;
  /** Why its skill may not be loaded again; null when it may (`core/skills/quota.ts`). */
  overLimit?: string | null;
  /** Whether a policy has ended (`policy-end.ts`); absent: none can. */
  ended?: ((policy: Policy) => boolean) | undefined;
}

/** The ruling of `permit`; `rule` names the row that decided. */
export type Ruling =
  | { do: 'allow'; rule: string }
  | { do: 'refuse'; rule: string; text: string }
  | { do: 'hold'; rule: string; contacts: string[]; because?: string };

interface Rule {
  name: string;
  /** null when this rule does not apply. */
  judge(config: Config, act: Act): Ruling | null;
}

/**
 * Every act of every agent passes these rules in order. The first that speaks decides; what no rule refuses is allowed.
 * Credits are judged before each call by the allowance of the visit (`ledger.ts`), paths by the tool context with
 * `permitPath`.
 */
const RULES: Rule[] = [
  {
    name: 'known-tool',
    judge: (_config, act) => (act.tool ? null : refuse('known-tool', noTool(act.toolName))),
  },
  {
    name: 'granted-tool',
    judge: (_config, { tool, resume, toolName }) =>
      tool?.granted === 'all' || grants(resume, toolName) !== null ? null : refuse('granted-tool', noTool(toolName)),
  },
  {
    name: 'trusted-tool',
    judge: (_config, { tool }) => (tool?.barred === undefined ? null : refuse('trusted-tool', tool.barred)),
  },
  { name: 'input', judge: (_config, act) => (act.why === null ? null : refuse('input', act.why)) },
  { name: 'edge', judge: (config, act) => judgeEdge(config, act) },
  { name: 'host', judge: (_config, act) => judgeHost(act) },
  { name: 'command', judge: (_config, act) => judgeCommand(act) },
  {
    name: 'skill-limit',
    judge: (_config, { overLimit }) => (overLimit ? refuse('skill-limit', overLimit) : null),
  },
  { name: 'policy', judge: (config, act) => judgePolicy(config, act) },
  {
    name: 'taint',
    judge: (config, { taint, approved }) =>
      taint && !approved ? { do: 'hold', rule: 'taint', contacts: askedFirst(config, []), because: taint } : null,
  },
  {
    name: 'held-tool',
    judge: (config, act) =>
      !act.approved && (act.tool?.held === 'always' || (act.tool?.held && !policyFor(config, act)))
        ? { do: 'hold', rule: 'held-tool', contacts: askedFirst(config, []), because: heldWords(act) }
        : null,
  },
  {
    name: 'ask',
    judge: (config, { resume, toolName, approved }) =>
      !approved && grants(resume, toolName) === 'ask'
        ? {
            do: 'hold',
            rule: 'ask',
            contacts: askedFirst(config, []),
            because: `The resume of ${resume.name} lists it as ask:${toolName}, so each use needs approval.`,
          }
        : null,
  },
];

/** Decides about one act. A policy with `always` is an approval that a person gave in advance. Pure. */
export function permit(config: Config, act: Act): Ruling {
  const approved = act.approved || (act.tool?.held !== 'always' && policyFor(config, act)?.do === 'always');
  const judged = approved === act.approved ? act : copyWith(act, { approved });
  for (const rule of RULES) {
    const ruling = rule.judge(config, judged);
    if (ruling) return ruling;
  }
  return { do: 'allow', rule: act.tool?.granted === 'all' ? 'every-agent' : 'resume' };
}

function heldWords({ toolName, tool }: Act): string {
  const until = tool?.held === 'always' ? '' : ', until a policy of org/org.yaml says otherwise';
  return `A person decides about each ${toolName}${until}.`;
}

function refuse(rule: string, text: string): Ruling {
  return { do: 'refuse', rule, text };
}

/** The judge adds which tools there are. */
function noTool(name: string): string {
  return `You have no tool ${JSON.stringify(name.slice(0, 80))}.`;
}

/** How a resume grants a tool: not at all, freely, or with a person's approval each time. */
export function grants(resume: Pick<Resume, 'tools'>, tool: string): 'free' | 'ask' | null {
  const granted = resume.tools.filter((grant) => covers(grant.replace(/^ask:/, ''), tool));
  if (granted.some((grant) => grant.startsWith('ask:'))) return 'ask';
  return granted.length > 0 ? 'free' : null;
}

/** Judges the edges: both ends, for every recipient. */
function judgeEdge(config: Config, act: Act): Ruling | null {
  const to = recipientsIn(act);
  if (!to) return null;
  const resolved: Recipients = resolveRecipients(config, act.agent, to);
  return resolved.ok ? null : refuse(resolved.rule, resolved.text);
}

/** Judges the host of a page; redirects are judged again on the way (`permitNext` in `judge.ts`). */
function judgeHost(act: Act): Ruling | null {
  if (act.toolName !== 'fetch_url') return null;
  const ruling = permitUrl(act.resume, textIn(act, 'url'));
  return ruling.ok ? null : refuse(ruling.rule, ruling.text);
}

/** Judges the program that a command runs, if the resume lists programs. */
function judgeCommand({ resume, toolName, ...act }: Act): Ruling | null {
  const { commands } = resume;
  if (toolName !== 'shell' || commands === undefined) return null;
  const program = programIn(textIn(act, 'command'));
  if (program !== null && commands.includes(program)) return null;
  const what = commands.length
    ? `only ${commands.join(', ')}: write one of them, followed by plain words`
    : 'no program';
  return refuse('command', `The resume of ${resume.name} lets shell run ${what}.`);
}

/** Applies `policies:` of org.yaml: the first one that matches decides. */
function judgePolicy(config: Config, act: Act): Ruling | null {
  const policy = policyFor(config, act);
  if (!policy || policy.do === 'auto' || policy.do === 'always') return null;
  if (policy.do === 'deny')
    return refuse(
      'policy',
      `The policy ${JSON.stringify(policy.act)} forbids this. Do not try it again; tell whoever asked for it.`,
    );
  if (act.approved) return null;
  return { do: 'hold', rule: `policy ${policy.act}`, contacts: askedFirst(config, policy.do.ask) };
}
