/** Finds the policy that matches an act. */
import type { OrgFile } from '../../schema/config/org.ts';
import { covers } from '../../schema/config/resume.ts';
import type { Config } from '../model/config.ts';
import { permitPath } from '../model/tool-path.ts';
import { commandFits } from '../text/command-line.ts';
import { hostFits } from '../text/url-rule.ts';
import type { Act } from './permit.ts';
import { resolveRecipients } from './recipients.ts';

/** An entry of `policies:` in org.yaml. */
export type Policy = OrgFile['policies'][number];

/** The first policy that matches an act and has not ended. Pure. */
export function policyFor(config: Config, act: Act): Policy | undefined {
  return config.org.policies.find((policy) => !act.ended?.(policy) && fits(config, policy, act));
}

/**
 * A pattern is a tool name or `*`, and conditions that must all hold: `agent:`, `to:`, `host:`, `command:`, `path:`. A
 * policy that permits matches only what it names for certain; any other matches whatever may be meant.
 */
function fits(config: Config, policy: Policy, act: Act): boolean {
  const { tool, pairs } = readPattern(policy.act);
  if (tool !== '*' && !covers(tool, act.toolName)) return false;
  const certain = policy.do === 'auto' || policy.do === 'always';
  const named = pairs.flatMap(([key, value]) => (key === 'to' ? [value] : []));
  if (certain && named.length > 0 && !reachesOnly(config, act, named)) return false;
  return pairs.every(([key, value]) => CONDITIONS.get(key)?.(value, act, config, certain) ?? false);
}

/** The tool of a pattern, and its conditions as name and value; the name is empty where there is no colon. */
export function readPattern(text: string): { tool: string; pairs: [name: string, value: string][] } {
  const [tool, ...conditions] = text.trim().split(/\s+/);
  const pairs = conditions.map((condition): [string, string] => {
    const colon = condition.indexOf(':');
    return [condition.slice(0, Math.max(0, colon)), condition.slice(colon + 1)];
  });
  return { tool: tool as string, pairs };
}

const CONDITIONS = new Map<string, (value: string, act: Act, config: Config, certain: boolean) => boolean>([
  ['agent', (name, act) => name === act.agent],
  ['to', (name, act, config) => reached(config, act).includes(name)],
  ['host', (pattern, act, _config, certain) => hostIs(pattern, textIn(act, 'url'), !certain)],
  ['command', (name, act, _config, certain) => commandFits(name, textIn(act, 'command'), certain)],
  ['path', (path, act) => isBelow(act, textIn(act, 'path'), path)],
]);

/** Names of conditions. */
export const CONDITION_NAMES: ReadonlySet<string> = new Set(CONDITIONS.keys());

/** The final recipients of a message, and its addresses. */
function reached(config: Config, act: Act): string[] {
  const to = recipientsIn(act) ?? [];
  const resolved = resolveRecipients(config, act.agent, to);
  return resolved.ok ? [...to, ...resolved.names] : to;
}

/** Whether only the named recipients get the message, as names or as addressed. */
function reachesOnly(config: Config, act: Act, named: readonly string[]): boolean {
  const to = recipientsIn(act) ?? [];
  const resolved = resolveRecipients(config, act.agent, to);
  return resolved.ok && [to, resolved.names].some((names) => names.every((name) => named.includes(name)));
}

/** The addresses of a message; null for any other act. */
export function recipientsIn({ toolName, value }: Pick<Act, 'toolName' | 'value'>): string[] | null {
  const { to } = (value ?? {}) as { to?: unknown };
  return toolName === 'send_message' && Array.isArray(to) ? (to as string[]) : null;
}

/** A text of the input; empty when there is none. */
export function textIn({ value }: Pick<Act, 'value'>, key: 'url' | 'command' | 'path' | 'name'): string {
  const text = ((value ?? {}) as Record<string, unknown>)[key];
  return typeof text === 'string' ? text : '';
}

function hostIs(pattern: string, url: string, anyPort: boolean): boolean {
  return URL.canParse(url) && hostFits(pattern, new URL(url), anyPort);
}

function isBelow({ resume }: Act, path: string, folder: string): boolean {
  const [inner, outer] = [permitPath(resume, path), permitPath(resume, folder)];
  return path !== '' && inner.ok && outer.ok && `${inner.path}/`.startsWith(`${outer.path}/`);
}
