/** Asks an agent for the summary that is due, and gives it the facts that the journal holds. Pure. */
import type { Resume } from '../../schema/config/resume.ts';
import { cut } from '../../schema/print.ts';
import type { Config } from '../model/config.ts';
import type { PastAct } from '../model/state/acts.ts';
import { wakesBy } from '../model/state/mail.ts';
import type { State } from '../model/state.ts';
import { countCredits } from '../money/ledger.ts';
import { quoteUntrusted } from '../text/untrusted.ts';
import { askedIn, isCached, listed, plain, QUOTED_CHARS } from './environment.ts';

/** Reports that are named. */
const REPORTS = 12;

/** What was done, what is open, what was spent and what waits, since the last summary. */
export function summaryOrder(config: Config, state: State, resume: Resume): string {
  const { spent, summaryTurn, summarySpent } = state.clock;
  const since = summaryTurn ? `since turn ${summaryTurn}` : 'so far';
  const people = config.order.filter((name) => config.agents.get(name)?.person);
  return [
    `A summary is due. Send ${people.join(', ') || 'the owner'} one message of kind report: what happened ${since}, what is open, and what needs a decision. If they know all of it already, call done instead. From the journal:`,
    ...printDone(config, state, summaryTurn),
    `- Open: ${printOpen(config, state)}.`,
    ...(isCached(config, resume) ? [] : [`- Spent ${since}: ${countCredits(spent - summarySpent)}.`]),
    `- Waiting for a person: ${printWaiting(state)}.`,
  ]
    .map((line) => `${line}\n`)
    .join('');
}

/** Reports, and files that others can see. */
function printDone(config: Config, state: State, since: number): string[] {
  const acts = config.order.flatMap((agent) => recent(state, agent, since));
  const reports = acts
    .flatMap(({ agent, act: { turn, things, message } }) =>
      message?.kind === 'report' ? [{ agent, turn, id: things[0], message }] : [],
    )
    .sort((a, b) => a.turn - b.turn)
    .map(
      ({ agent, turn, id, message: { to, subject } }) =>
        `  - turn ${turn}, ${agent} to ${listed(to)}: ${id} ${quoteUntrusted(cut(subject, QUOTED_CHARS))}`,
    );
  const files = acts
    .filter(({ act }) => act.did === 'wrote')
    .flatMap(({ act }) => act.things.filter((path) => path.startsWith('org/shared/')));
  const paths = [...new Set(files)];
  const shown = reports.slice(-REPORTS);
  const earlier = reports.length - shown.length;
  return [
    `- Reports: ${reports.length === 0 ? 'none' : reports.length}${earlier > 0 ? `; the last ${REPORTS} of them` : ''}.`,
    ...shown,
    ...(paths.length ? [`- Shared files written: ${listed(paths.map((path) => plain(path.slice(4))))}.`] : []),
  ];
}

function recent({ acts }: State, agent: string, since: number): { agent: string; act: PastAct }[] {
  const own = acts.last.get(agent) ?? [];
  return own.flatMap((act) => (act.turn > since ? { agent, act } : []));
}

function printOpen({ order, agents }: Config, { mail }: State): string {
  const waiting = order.flatMap((name) => {
    const count = agents.get(name)?.person ? 0 : wakesBy(mail, name);
    return count > 0 ? `${name} has ${count} unread ${count === 1 ? 'message' : 'messages'}` : [];
  });
  return waiting.length ? listed(waiting) : 'no agent has unread mail';
}

function printWaiting({ approvals }: State): string {
  const waiting = [...approvals.pending.values()].flatMap((held) =>
    held.answer === null ? `${held.id} ${askedIn(held)} since turn ${held.turn}` : [],
  );
  return waiting.length ? listed(waiting) : 'nothing';
}
