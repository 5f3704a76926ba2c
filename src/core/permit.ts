import { covers, type Resume } from '../schema/resume.ts';
import { askedFirst } from './approval.ts';
import type { Config } from './config.ts';
import type { Cause } from './entry.ts';
import { type Recipients, resolveRecipients } from './send.ts';
import type { Tool } from './tool.ts';

/** An act on its way to being done: who asks for what. `value` was checked against the tool's schema. */
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
}

/** What the gate says; `rule` names the row that decided. */
export type Ruling =
  | { do: 'allow'; rule: string }
  | { do: 'refuse'; rule: string; text: string }
  | { do: 'hold'; rule: string; contacts: string[] };

interface Rule {
  name: string;
  /** null: this rule has nothing to say. */
  judge(config: Config, act: Act): Ruling | null;
}

/**
 * The gate: every act of every agent passes these rules in order; the first that speaks decides, and what no rule refuses
 * is allowed. Credits are judged before each call by the allowance of the visit (`ledger.ts`), paths by the Box with
 * `permitPath`.
 */
const RULES: Rule[] = [
  {
    name: 'known-tool',
    judge: (_config, act) =>
      act.tool ? null : refuse('known-tool', `There is no tool ${JSON.stringify(act.toolName.slice(0, 80))}.`),
  },
  {
    name: 'granted-tool',
    judge: (_config, { tool, resume, toolName }) =>
      tool?.granted === 'all' || grants(resume, toolName) !== null
        ? null
        : refuse('granted-tool', `The resume of ${resume.name} does not list ${toolName}.`),
  },
  {
    name: 'trusted-tool',
    judge: (_config, { tool }) => (tool?.barred === undefined ? null : refuse('trusted-tool', tool.barred)),
  },
  { name: 'input', judge: (_config, act) => (act.why === null ? null : refuse('input', act.why)) },
  { name: 'edge', judge: (config, act) => judgeEdge(config, act) },
  { name: 'policy', judge: (config, act) => (act.approved ? null : judgePolicy(config, act)) },
  {
    name: 'held-tool',
    judge: (config, act) =>
      act.tool?.held && !act.approved && !policyFor(config, act)
        ? { do: 'hold', rule: 'held-tool', contacts: askedFirst(config, []) }
        : null,
  },
  {
    name: 'ask',
    judge: (config, { resume, toolName, approved }) =>
      !approved && grants(resume, toolName) === 'ask'
        ? { do: 'hold', rule: 'ask', contacts: askedFirst(config, []) }
        : null,
  },
];

/** Decides for one act. Pure. */
export function permit(config: Config, act: Act): Ruling {
  for (const rule of RULES) {
    const ruling = rule.judge(config, act);
    if (ruling) return ruling;
  }
  return { do: 'allow', rule: act.tool?.granted === 'all' ? 'every-agent' : 'resume' };
}

function refuse(rule: string, text: string): Ruling {
  return { do: 'refuse', rule, text };
}

/** How a resume grants a tool: not at all, freely, or with a person's approval each time. */
export function grants(resume: Pick<Resume, 'tools'>, tool: string): 'free' | 'ask' | null {
  const granted = resume.tools.filter((grant) => covers(grant.replace(/^ask:/, ''), tool));
  if (granted.some((grant) => grant.startsWith('ask:'))) return 'ask';
  return granted.length > 0 ? 'free' : null;
}

/** Both ends of the edge, for every recipient. */
function judgeEdge(config: Config, act: Act): Ruling | null {
  const to = recipientsIn(act);
  if (!to) return null;
  const resolved: Recipients = resolveRecipients(config, act.agent, to);
  return resolved.ok ? null : refuse(resolved.rule, resolved.text);
}

function recipientsIn(act: Act): string[] | null {
  const value = act.value as { to?: unknown } | null;
  return act.toolName === 'send_message' && value && Array.isArray(value.to) ? (value.to as string[]) : null;
}

/** `policies:` of org.yaml: the first whose pattern fits decides. A pattern is a tool name, `*`, or `send_message to:NAME`. */
function judgePolicy(config: Config, act: Act): Ruling | null {
  const policy = policyFor(config, act);
  if (!policy || policy.do === 'auto') return null;
  if (policy.do === 'deny') return refuse('policy', `The policy "${policy.act}" denies it.`);
  return { do: 'hold', rule: `policy ${policy.act}`, contacts: askedFirst(config, policy.do.ask) };
}

function policyFor(config: Config, act: Act): Config['org']['policies'][number] | undefined {
  return config.org.policies.find((policy) => fits(config, policy.act, act));
}

function fits(config: Config, pattern: string, act: Act): boolean {
  const [tool, ...conditions] = pattern.trim().split(/\s+/);
  if (tool !== '*' && !covers(tool as string, act.toolName)) return false;
  return conditions.every((condition) => {
    const [key, value] = condition.split(':', 2);
    if (key === 'agent') return value === act.agent;
    return key === 'to' && value !== undefined && reached(config, act).includes(value);
  });
}

/** Whom a message goes to in the end, and what it was addressed to. */
function reached(config: Config, act: Act): string[] {
  const to = recipientsIn(act) ?? [];
  const resolved = resolveRecipients(config, act.agent, to);
  return resolved.ok ? [...to, ...resolved.names] : to;
}

/** Where a path of a tool leads, as a path in the org, or why not. */
export type PathRuling = { ok: true; path: string; shared: boolean } | { ok: false; text: string };

/**
 * What an agent may read: what it may write, and `attachments/NAME` of the mail that this visit was given, which stands
 * beside the message in the outbox of its author.
 */
export function permitRead(resume: Resume, given: readonly Cause[], path: string): PathRuling {
  const name = /^(?:\.\/)?attachments\/([^/]+)$/.exec(path)?.[1];
  const mail = given.find(({ attachments }) => name !== undefined && attachments?.includes(name));
  return mail ? { ok: true, path: `agents/${mail.from}/outbox/${name}`, shared: false } : permitPath(resume, path);
}

/**
 * What an agent may write. Relative paths lie in its workspace; `shared/...` means `org/shared/...` and needs a grant in the
 * resume. Compares whole parts, never text prefixes.
 */
export function permitPath(resume: Resume, path: string): PathRuling {
  if (path.length > 1000 || /[\0-\x1f\x7f\\]/.test(path))
    return { ok: false, text: 'The path has characters that are not allowed, or is too long.' };
  if (path.startsWith('/') || /^[a-zA-Z]:/.test(path))
    return { ok: false, text: 'Paths are relative to the workspace.' };
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) return { ok: false, text: 'The path leads out of the workspace.' };
  if (parts.some((part) => part.length > 200)) return { ok: false, text: 'A part of the path is too long.' };
  if (parts[0] !== 'shared')
    return { ok: true, path: ['agents', resume.name, 'workspace', ...parts].join('/'), shared: false };
  const rest = parts.slice(1);
  const granted = resume.shared.some((grant) => {
    const under = grant.split('/').filter((part) => part !== '' && part !== '.');
    return under.every((part, i) => part === rest[i]);
  });
  if (!granted) return { ok: false, text: `The resume of ${resume.name} grants no shared/${rest.join('/')}.` };
  return { ok: true, path: ['org', 'shared', ...rest].join('/'), shared: true };
}
