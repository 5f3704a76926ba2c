/** The Problems pane of the screen. */
import { wishOf } from '../../../core/approvals/question.ts';
import { deadLines } from '../../../core/mail/chain.ts';
import { inboxOf } from '../../../core/model/state/mail.ts';
import { agentState } from '../../../core/model/state/staff.ts';
import { restsUntil } from '../../../core/money/breaker.ts';
import { creditAdvice } from '../../../core/money/credit-advice.ts';
import { balanceOf, countCredits, printCredits } from '../../../core/money/ledger.ts';
import { defined } from '../../../schema/copy.ts';
import { healthOf } from '../../org/health.ts';
import { count, shorten } from '../../text/table.ts';
import { asks, type Filter, fits } from '../filter.ts';
import { cell, facts, line, type Pane, type RowSubject, type ScreenLine, type Tone } from '../line.ts';
import { openApprovals, type ScreenSnapshot } from '../snapshot.ts';
import { approvalDetail } from './approvals-pane.ts';

export const PROBLEM_TERMS = ['what', 'agent'];

/** Something that is wrong, or waits for a person. */
export interface Problem {
  key: string;
  what: string;
  tone: Tone;
  who: string;
  text: string;
  /** What to do about it. */
  remedy: string;
  about: RowSubject;
  more: ScreenLine[];
}

/** Everything that is wrong, the worst first. */
export function problemsOf(scene: ScreenSnapshot): Problem[] {
  return [
    ...faults(scene),
    ...approvals(scene),
    ...credits(scene),
    ...models(scene),
    ...failing(scene),
    ...deadLetters(scene),
    ...doubts(scene),
    ...failures(scene),
  ];
}

export function problemsPane(scene: ScreenSnapshot, filter: Filter): Pane {
  const list = problemsOf(scene).filter(({ what, who, text }) =>
    fits(filter, { text: `${what} ${who} ${text}`, what, agent: who }),
  );
  return {
    columns: [
      { title: 'what', width: 14 },
      { title: 'who', width: 16 },
      { title: 'what happened', share: 3 },
      { title: 'what to do', share: 2, from: 100 },
    ],
    keys: list.map(({ key }) => key),
    cells: (row) => {
      const { what, tone, who, text, remedy } = list[row]!;
      return [cell(what, tone), cell(who), cell(text), cell(remedy, 'quiet')];
    },
    about: (row) => list[row]!.about,
    detail: (row) => {
      const { what, tone, who, text, remedy, more } = list[row]!;
      return [
        line(`${what}${who ? `: ${who}` : ''}`, tone),
        line(),
        line(text),
        line(),
        line(remedy, 'strong'),
        ...(more.length > 0 ? [line(), ...more] : []),
      ];
    },
    top: [],
    empty: asks(filter) ? 'No problem matches the filter.' : 'There are no problems, and nothing waits for you.',
  };
}

function faults({ faults }: ScreenSnapshot): Problem[] {
  return faults.map(({ code, message, remedy, file, line, nearest }) => {
    const place = file === undefined ? '' : `${file}${line === undefined ? '' : `:${line}`}`;
    return {
      key: `fault ${place} ${message}`,
      what: 'fault',
      tone: 'bad',
      who: /^agents\/([^/]+)\//.exec(file ?? '')?.[1] ?? 'org',
      text: `${place ? `${place}: ` : ''}${message}${nearest ? ` (did you mean ${nearest}?)` : ''}`,
      remedy: `${remedy}`,
      about: { what: 'fault', ...defined({ file, line }) },
      more: facts([['code', code]]),
    };
  });
}

function approvals(scene: ScreenSnapshot): Problem[] {
  return openApprovals(scene).flatMap((id) => {
    const approval = scene.state.approvals.pending.get(id);
    if (!approval) return [];
    const { agent } = approval;
    return [
      {
        key: `approval ${id}`,
        what: 'approval',
        tone: 'warn' as const,
        who: agent,
        text: `${wishOf(approval)} (${id})`,
        remedy: 'Approve or deny it.',
        about: { what: 'approval' as const, id, agent, file: `org/approvals/${id}.md` },
        more: approvalDetail(scene, approval),
      },
    ];
  });
}

/** Share of its grant below which an agent is low. */
const LOW = 0.2;

/** The remedy: the key grants credits; a cap or a reached soft cap needs an edit. */
function remedyFor(
  config: ScreenSnapshot['config'],
  state: ScreenSnapshot['state'],
  name: string,
  isSoft: boolean,
): string {
  const { starved } = agentState(state.staff, name);
  if (!starved) return isSoft ? `raise agents.${name}.soft in org/credits.yaml.` : 'Grant more credits.';
  const relief = creditAdvice(config, state, name);
  return relief.startsWith('lemming top-up') ? 'Grant more credits.' : `${relief}.`;
}

function credits(scene: ScreenSnapshot): Problem[] {
  const { config, state } = scene;
  const found: Problem[] = [];
  for (const name of config.order) {
    if (config.agents.get(name)?.person) continue;
    const { starved } = agentState(state.staff, name);
    const { granted, left } = balanceOf(config, state, name);
    const soft = config.credits.agents[name]?.soft;
    const short = granted > 0 && left < granted * LOW;
    const isSoft = !short && soft !== undefined && granted > 0 && granted - left >= soft;
    if (!starved && !short && !isSoft) continue;
    const waiting = inboxOf(state.mail, name).length;
    found.push({
      key: `credits ${name}`,
      what: starved ? 'no credits' : 'low credits',
      tone: starved ? 'bad' : 'warn',
      who: name,
      text: `${printCredits(left)} of ${countCredits(granted)} left${waiting > 0 ? `, ${count(waiting, 'message waits', 'messages wait')}` : ''}`,
      remedy: remedyFor(config, state, name, isSoft),
      about: { what: 'agent', agent: name, file: 'org/credits.yaml' },
      more: [],
    });
  }
  return found.sort((a, b) => Number(b.tone === 'bad') - Number(a.tone === 'bad'));
}

function models({ config, state }: ScreenSnapshot): Problem[] {
  const failing = [...state.calls.breakers].map(([model, { failures }]): Problem => {
    const until = restsUntil(config, state, model);
    return {
      key: `model ${model}`,
      what: until === null ? 'model fails' : 'breaker open',
      tone: until === null ? 'warn' : 'bad',
      who: model,
      text: `failed ${count(failures, 'time')} in a row${until === null ? '' : `; not called until ${new Date(until).toISOString().slice(0, 19).replace('T', ' ')} UTC`}`,
      remedy: 'Run lemming health --providers to check every model.',
      about: { what: 'fault', file: 'org/models.yaml' },
      more: [],
    };
  });
  const stopped = [...state.calls.stopped].map(
    ([model, why]): Problem => ({
      key: `stopped ${model}`,
      what: 'model stopped',
      tone: 'bad',
      who: model,
      text: why,
      remedy: 'Check its price in org/models.yaml, then run lemming reconcile.',
      about: { what: 'fault', file: 'org/models.yaml' },
      more: [],
    }),
  );
  return [...stopped, ...failing];
}

function failing({ config, state }: ScreenSnapshot): Problem[] {
  return config.order.flatMap((name): Problem[] => {
    const { failedInRow, lastOutcome, lastReason, starved } = agentState(state.staff, name);
    if (failedInRow === 0 || starved) return [];
    const unhealthy = healthOf(config, state, name) === 'unhealthy';
    return [
      {
        key: `failing ${name}`,
        what: unhealthy ? 'unhealthy' : 'degraded',
        tone: unhealthy ? 'bad' : 'warn',
        who: name,
        text: `${count(failedInRow, 'visit')} ${lastOutcome === 'cut' ? 'failed or cut' : 'failed'} in a row: ${lastReason}`,
        remedy: 'Enter shows the agent; p pauses it.',
        about: { what: 'agent', agent: name, file: `agents/${name}/resume.md` },
        more: [],
      },
    ];
  });
}

/** Characters of the ids of one line. */
const MOST_IDS = 500;

function deadLetters({ state }: ScreenSnapshot): Problem[] {
  return deadLines(state)
    .map(
      ({ id, from, to, reason, detail, message, path, turn, count: letters, ids }): Problem => ({
        key: `dead ${id}`,
        what: 'dead letter',
        tone: 'warn',
        who: from,
        text: `${letters > 1 ? `${letters} of one chain, the last: ` : ''}${message ?? path}${to.length > 0 ? ` to ${to.join(', ')}` : ''} (${reason}): ${detail}`,
        remedy: `R delivers ${letters > 1 ? `all ${letters}` : 'it'} again, e opens ${letters > 1 ? 'the last' : 'its file'}.`,
        about: {
          what: 'dead-letter',
          id,
          file: path,
          ...(from && state.staff.agents.has(from) ? { agent: from } : {}),
        },
        more: facts([
          [letters > 1 ? 'ids' : 'id', shorten(ids.join(', '), MOST_IDS)],
          ['turn', turn],
          ['file', path],
        ]),
      }),
    )
    .reverse();
}

function doubts({ state }: ScreenSnapshot): Problem[] {
  return [...state.money.doubts.values()].map(({ key, agent, model, reserve }) => ({
    key: `doubt ${key}`,
    what: 'in doubt',
    tone: 'warn' as const,
    who: agent,
    text: `the call ${key} of ${model} may have been billed, for at most ${countCredits(reserve)}`,
    remedy: 'Run lemming reconcile to settle it.',
    about: { what: 'agent' as const, agent },
    more: [],
  }));
}

/** Failures that are shown, the latest first: more would push out what waits for a person. */
const MOST_FAILURES = 50;

function failures({ findings }: ScreenSnapshot): Problem[] {
  return findings
    .slice(-MOST_FAILURES)
    .map(
      ({ kind, mode, agent, turn, call, thread, text, ids, quote, remedy }): Problem => ({
        key: `failure ${kind} ${agent} ${turn} ${call} ${ids.join(' ')}`,
        what: kind,
        tone: 'warn',
        who: agent,
        text: `${text}${quote ? ` It says: ${quote}` : ''}`,
        remedy,
        about: { what: 'agent', agent, file: `agents/${agent}/resume.md` },
        more: facts([
          ['failure', mode],
          ['turn', turn],
          ['evidence', shorten(ids.join(', '), MOST_IDS)],
          ...(thread === null ? [] : [['thread', thread] as const]),
        ]),
      }),
    )
    .reverse();
}
