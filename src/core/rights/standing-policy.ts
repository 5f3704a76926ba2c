/** Makes the policy that permits acts like a given one. */
import { copyWith } from '../../schema/copy.ts';
import type { Config } from '../model/config.ts';
import { programIn } from '../text/command-line.ts';
import type { Act } from './permit.ts';
import { type Policy, policyFor, recipientsIn, textIn } from './policy.ts';

/**
 * The narrowest policy that permits acts like this one from now on: by this agent with this tool, to the same people, on
 * the same host, with the same program or on the same path. Null when no pattern can name it. Pure.
 */
export function standingPolicyFor(config: Config, act: Act): Policy | null {
  if (act.tool?.held === 'always') return null;
  const conditions = [`agent:${act.agent}`, ...(recipientsIn(act) ?? []).map((name) => `to:${name}`), ...placeOf(act)];
  const policy: Policy = { act: [act.toolName, ...conditions].join(' '), do: 'always' };
  const alone = copyWith(config, { org: copyWith(config.org, { policies: [policy] }) });
  return conditions.some((condition) => /\s|:$/.test(condition)) || !policyFor(alone, act) ? null : policy;
}

/** The condition for the URL, command or path of an act. Only the org knows what such words mean to a tool of its own. */
function placeOf(act: Act): string[] {
  if (act.tool?.kind === 'world' && act.tool.needs) return [];
  const [url, command, path] = (['url', 'command', 'path'] as const).map((key) => textIn(act, key));
  if (url) return [`host:${URL.canParse(url) ? new URL(url).host : ''}`];
  if (command) return [`command:${programIn(command) ?? ''}`];
  return path ? [`path:${path}`] : [];
}
