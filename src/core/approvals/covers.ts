/** What an approval covers, and what of it has changed since it was shown. */
import { copyWith } from '../../schema/copy.ts';
import type { Held } from '../model/entry.ts';
import { textHash } from '../model/hash.ts';
import { type ActContext, type Covers, NOTHING } from '../model/tool.ts';
import { trustHash } from '../model/trust.ts';
import { type Act, permit } from '../rights/permit.ts';
import { policyFor } from '../rights/policy.ts';
import { homeOf, isProposal } from '../skills/proposal.ts';
import { questionOf } from './question.ts';

/**
 * What an approval covers is what was shown: the file that an act would replace, what the act takes along, the text of its
 * tool, and the policy that holds it. A later change is shown again before anything is done.
 */
export function coversOf(scene: ActContext, act: Act, over: string | undefined): Covers {
  const { tool, value } = act;
  const policy = policyFor(scene.config, act);
  // A text that could not be merged is written only over the text that was shown; the tool context checks that.
  const isMerged = over !== undefined && tool?.kind === 'world';
  const covers: Covers = isMerged ? {} : { ...tool?.covers?.(value, scene) };
  if (tool?.kind === 'world' && tool.needs) covers.tool = trustHash(tool.needs);
  if (policy) covers.policy = textHash(JSON.stringify(policy));
  return covers;
}

/** What has changed since a person was shown the act that they approved; `changedText` puts it into words. `also`: what it covers besides. */
export function changedSince(scene: ActContext, act: Act, held: Held, also: Covers = {}): string[] {
  if (questionOf(held)) return []; // whatever changed, its answer is an answer
  const then = held.covers ?? coversThen(scene, held);
  const now: Covers = copyWith(coversOf(scene, act, held.over), also);
  const names = new Set([...Object.keys(then), ...(held.covers ? Object.keys(now) : [])]);
  return [...names].filter((name) => then[name] !== now[name] && (name !== 'policy' || isHeld(scene, act)));
}

/** Whether the act still needs an approval: a policy may permit it now. */
function isHeld({ config }: ActContext, act: Act): boolean {
  return permit(config, copyWith(act, { approved: false })).do === 'hold';
}

/** What an act covers that was held before such hashes were journaled, reconstructed from its line. */
function coversThen(scene: ActContext, held: Held): Covers {
  if (isProposal(held)) return { [`${homeOf(held.agent, held.input)}/${held.input.name}`]: held.over as string };
  const stands =
    held.tool === 'write_file' && held.over === undefined ? scene.stands((held.input as { path: string }).path) : null;
  if (stands === null) return {};
  return {
    [stands.path]:
      stands.text === (held.was ?? null) ? stands.hash : held.was === undefined ? NOTHING : textHash(held.was),
  };
}

/** `org/shared/x.md and the text of the tool changed`. */
export function changedText(changed: readonly string[]): string {
  const words = changed.map((name) => WORDS.get(name) ?? name);
  return `${words.join(' and ')} changed`;
}
const WORDS = new Map([
  ['tool', 'the tool itself'],
  ['policy', 'the policy in org/org.yaml'],
  ['routes', 'where org/routes.yaml sends it'],
]);

/** The files that a message takes along, as they stand. */
export function covered(scene: ActContext, paths: readonly string[]): Covers {
  const stands = paths.flatMap((path) => scene.stands(path, true) ?? []);
  return Object.fromEntries(stands.map(({ path, hash }) => [path, hash]));
}

/** The rule that refuses a write over what was not shown. */
export const OUTDATED = 'outdated';
