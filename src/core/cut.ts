/** What is told of a visit that was cut: to its agent what it did so far, to whoever waits what is unfinished. Pure. */
import type { Config } from './config.ts';
import type { Effect } from './entry.ts';
import { toldPath } from './path.ts';
import { creditRelief, visitCost } from './relief.ts';
import { roomOf } from './room.ts';
import type { Finished } from './settle.ts';
import type { Mail, State } from './state.ts';
import type { Draft } from './tool.ts';
import { cutText, type Done, named, printDone, unfinishedAfter } from './unfinished.ts';

/** Mail of the visit that its agent has acknowledged: it need not come again. */
export function settledIn({ acked }: Draft): string[] {
  return [...new Set(acked.map(({ id }) => id))];
}

type Notice = Extract<Effect, { k: 'notice' }>;

/** The notices of a visit that was cut. `open`: mail that comes again, and whose authors are told so. */
export function cutNotices(
  config: Config,
  state: State,
  turn: number,
  visit: Finished,
  done: Done,
  open: readonly Mail[],
): Notice[] {
  const { agent } = visit;
  const left = unfinishedAfter(state, visit, done);
  const authors = [...new Set(open.map(({ from }) => from))].filter(
    (name) => name !== agent && config.agents.has(name),
  );
  return [
    { k: 'notice', to: agent, about: 'cut', text: cutText(config, visit, left), left },
    ...authors.map((to): Notice => {
      const mine = open.filter(({ from }) => from === to);
      return { k: 'notice', to, about: 'cut', text: unfinished(config, state, turn, visit, done, to, mine) };
    }),
  ];
}

function unfinished(
  config: Config,
  state: State,
  turn: number,
  visit: Finished,
  done: Done,
  to: string,
  mail: readonly Mail[],
): string {
  const { agent, detail } = visit;
  const isPerson = config.agents.get(to)?.person === true;
  const what = named(mail.map(({ id, subject }) => `${id} (${subject})`));
  const did = printDone(done, isPerson ? undefined : toldPath);
  const stands = did === '' ? 'It had done nothing yet.' : `What it did stands: it ${did}.`;
  const next = isPerson ? ` ${adviceFor(config, state, turn, visit, mail)}` : '';
  return `${agent} has not finished ${what}: its visit of turn ${turn} was cut, because ${detail}. ${stands}${next}`;
}

/** What happens next, and what the person can do. */
function adviceFor(config: Config, state: State, turn: number, visit: Finished, mail: readonly Mail[]): string {
  const { agent, blame } = visit;
  const show = `lemming show ${turn}.${agent} shows the visit.`;
  if (blame === 'budget') return `It waits for another run, as this one may not cost more. ${show}`;
  if (blame === 'credits')
    return `It waits for credits: ${creditRelief(config, state, agent, visitCost(config, state, agent, visit.need))}. ${show}`;
  const attempt = Math.max(...mail.map(({ attempts }) => attempts[agent] ?? 0)) + 2;
  const again = `It tries again (attempt ${attempt} of ${config.org.limits.max_attempts}).`;
  if (visit.reason === 'looped') return `${again} ${show}`;
  return `${again} To give it more room, raise ${roomOf(config, visit)}. ${show}`;
}
