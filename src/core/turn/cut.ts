/** Says what is told about a cut visit: to its agent what it did so far, to whoever waits what is unfinished. Pure. */

import { growthAfter } from '../mail/growth.ts';
import { workOf } from '../mail/notices.ts';
import { memoryOwner } from '../memory/entry.ts';
import type { Config } from '../model/config.ts';
import type { DoneSoFar, Effect, VisitEffect } from '../model/entry.ts';
import type { Mail } from '../model/state/mail.ts';
import type { State } from '../model/state.ts';
import type { Draft } from '../model/tool.ts';
import { toldPath } from '../model/tool-path.ts';
import type { Finished } from '../model/visit.ts';
import { creditAdvice, visitCost } from '../money/credit-advice.ts';
import { cutText, printDone, unfinishedAfter } from '../prompt/unfinished.ts';
import { roomAdvice } from './limits.ts';

/** Mail of the visit that its agent acknowledged: it need not be given again. */
export function settledIn({ acked }: Draft): string[] {
  return [...new Set(acked.map(({ id }) => id))];
}

/** How large a visit that ran out of replies or tokens left the files of its agent and those it shares. */
export function filesLeft({ outcome, reason, draft }: Finished): Pick<VisitEffect, 'files'> {
  if (outcome !== 'cut' || (reason !== 'steps' && reason !== 'tokens')) return {};
  const shared = [...draft.wrote].filter(([path]) => memoryOwner(path) === null);
  const files = Object.fromEntries([
    ...draft.sizes,
    ...shared.map(([path, { text }]) => [path, text?.length ?? 0] as const),
  ]);
  return Object.keys(files).length > 0 ? { files } : {};
}

type NoticeEffect = Extract<Effect, { k: 'notice' }>;

/** The notices of a cut visit. `open`: mail that is given again, whose authors are told so. */
export function cutNotices(
  config: Config,
  state: State,
  turn: number,
  visit: Finished,
  done: DoneSoFar,
  open: readonly Mail[],
): NoticeEffect[] {
  const { agent } = visit;
  const left = unfinishedAfter(state, visit, done);
  return [
    { k: 'notice', to: agent, about: 'cut', text: cutText(config, visit, left), left },
    ...open
      .filter(({ from }) => from !== agent && config.agents.has(from))
      .map((mail): NoticeEffect => {
        const text = unfinished(config, state, turn, visit, done, left.done, mail);
        return { k: 'notice', to: mail.from, about: 'cut', text, of: workOf(agent, mail.id) };
      }),
  ];
}

function unfinished(
  config: Config,
  state: State,
  turn: number,
  visit: Finished,
  now: DoneSoFar,
  all: DoneSoFar,
  mail: Mail,
): string {
  const { agent, detail } = visit;
  const isPerson = config.agents.get(mail.from)?.person === true;
  const next = isPerson ? ` ${adviceFor(config, state, turn, visit, mail)}` : '';
  const did = soFar(now, all, isPerson ? undefined : toldPath);
  return `${agent} has not finished ${mail.id} (${mail.subject}): its visit of turn ${turn} was cut, because ${detail}. ${did}${next}`;
}

/** What this visit and those before it did, for readers other than its agent. */
export function soFar(now: DoneSoFar, all: DoneSoFar, name?: (path: string) => string): string {
  if (all.length === 0) return 'Nothing is done so far.';
  return `${now.length === 0 ? 'This visit changed nothing. ' : ''}So far it ${printDone(all, name)}.`;
}

/** What happens next, and what the person can do. */
function adviceFor(config: Config, state: State, turn: number, visit: Finished, mail: Mail): string {
  const { agent, blame, budget } = visit;
  const show = `lemming show ${turn}.${agent} shows the visit.`;
  if (budget !== undefined) return `It comes in a later visit: the budget of ${budget} could not pay for more. ${show}`;
  if (blame === 'budget') return `It waits for the next run, because this one has reached its cost limit. ${show}`;
  if (blame === 'credits')
    return `It waits for credits: ${creditAdvice(config, state, agent, visitCost(config, state, agent, visit.need))}. ${show}`;
  const { files } = filesLeft(visit);
  const attempt = (mail.attempts[agent] ?? 0) + (growthAfter(mail, agent, files) === null ? 2 : 1);
  const again = `It tries again (attempt ${attempt} of ${config.org.limits.max_attempts}).`;
  return `${again}${roomAdvice(config, visit)} ${show}`;
}
