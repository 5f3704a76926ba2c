/** Shows everything that is known of an agent. */
import { type NoticeLine, noticeLines } from '../../core/mail/chain.ts';
import { entriesOf } from '../../core/memory/entry.ts';
import { type Config, mayWriteTo } from '../../core/model/config.ts';
import { type Answer, answersFor } from '../../core/model/state/approvals.ts';
import { collectedFor, inboxOf } from '../../core/model/state/mail.ts';
import { agentState } from '../../core/model/state/staff.ts';
import type { State } from '../../core/model/state.ts';
import { balanceOf, spendable } from '../../core/money/ledger.ts';
import { pricedTools, priceOf } from '../../core/money/price.ts';
import { grants } from '../../core/rights/permit.ts';
import { dueOf } from '../../core/turn/schedule.ts';
import { inCredits } from '../../schema/amount.ts';
import type { Caps } from '../../schema/config/credits.ts';
import type { Resume } from '../../schema/config/resume.ts';
import { defined } from '../../schema/copy.ts';
import { rowsOf, shorten, table } from '../text/table.ts';
import { mayBeReadBy, oneSided } from './chart.ts';
import { type AgentCondition, conditionOf, type Health, healthOf } from './health.ts';
import { whyOf } from './status.ts';

/** Everything that is known of an agent. Money in credits. */
export interface Inspection {
  name: string;
  role: string;
  person: boolean;
  state: AgentCondition;
  health: Health;
  failures_in_row: number;
  last_turn: { turn: number; ran: boolean; outcome: string | null; why: string };
  next_turn: { turn: number; due: boolean; why: string; next: number | null };
  edges: { writes_to: string[]; reads_from: string[]; one_sided: string[] };
  credits: {
    granted: number;
    spent: number;
    reserved: number;
    left: number;
    in_doubt: number;
    soft: number | null;
    per_turn: number | null;
    per_day: number | null;
  };
  calls: number;
  tokens: { input: number; output: number };
  model: string[];
  schedule: { every: number; offset: number; when: string };
  limits: { steps: number; output_tokens: number };
  unit: string | null;
  tools: string[];
  /** The prices of those tools that cost something. */
  prices: Record<string, number>;
  skills: string[];
  shared: string[];
  memory: string[];
  unread: {
    id: string;
    from: string;
    subject: string;
    priority: string;
    turn: number;
    attempts: number;
    /** Routes that sent it here, and until which turn it is collected. */
    routes?: string[];
    collected?: number;
  }[];
  notices: NoticeLine[];
  approvals: string[];
  dead_letters: string[];
}

/**
 * An agent before the next turn; for one with a broken resume only what the journal knows. `everyone`: tools that every
 * agent has. Pure.
 */
export function inspect(config: Config, state: State, name: string, everyone: readonly string[]): Inspection {
  const resume = config.agents.get(name);
  const account = agentState(state.staff, name);
  const { steps, output_tokens } = config.org.limits;
  const collected = collectedFor(state.mail, name, state.clock.turn + 1);
  return {
    name,
    role: resume?.role ?? '',
    person: resume?.person ?? false,
    state: conditionOf(config, state, name),
    health: healthOf(config, state, name),
    failures_in_row: account.failedInRow,
    last_turn: lastTurn(config, state, name),
    next_turn: nextTurn(config, state, name),
    edges: {
      writes_to: mayWriteTo(config, name),
      reads_from: mayBeReadBy(config, name),
      one_sided: oneSided(config, name).map(({ from, to, missing }) => `${from} to ${to} lacks ${missing}`),
    },
    credits: creditsOf(config, state, name),
    calls: account.calls,
    tokens: { input: account.tokensIn, output: account.tokensOut },
    model: resume?.model ?? [],
    schedule: resume?.schedule ?? { every: 1, offset: 0, when: 'mail' },
    limits: {
      steps: Math.min(resume?.limits.steps ?? steps, steps),
      output_tokens: Math.min(resume?.limits.output_tokens ?? output_tokens, output_tokens),
    },
    unit: resume?.unit ?? null,
    tools: resume && !resume.person ? [...everyone, ...resume.tools] : [],
    prices: resume && !resume.person ? pricesOf(config, resume, everyone) : {},
    skills: resume?.skills ?? [],
    shared: resume?.shared ?? [],
    memory: entriesOf(state, name)
      .filter(({ archived }) => !archived)
      .map(({ key }) => key)
      .sort(),
    unread: inboxOf(state.mail, name).map(({ id, from, subject, priority, turn, attempts, routes }) => ({
      id,
      from,
      subject,
      priority,
      turn,
      attempts: attempts[name] ?? 0,
      ...defined({ routes, collected: collected.get(id) }),
    })),
    notices: [...noticeLines(account.notices), ...answersFor(state.approvals, name).map(answerLine)],
    approvals: [...state.approvals.pending.values()].filter((approval) => approval.agent === name).map(({ id }) => id),
    dead_letters: [...state.dead.letters.values()]
      .filter((dead) => dead.from === name || dead.to.includes(name))
      .map(({ id }) => id),
  };
}

function pricesOf(config: Config, resume: Resume, everyone: readonly string[]): Inspection['prices'] {
  const own = pricedTools(config).filter((tool) => everyone.includes(tool) || grants(resume, tool) !== null);
  return Object.fromEntries(own.map((tool) => [tool, inCredits(priceOf(config, tool))]));
}

function creditsOf(config: Config, state: State, name: string): Inspection['credits'] {
  const { granted, spent, reserved, doubt } = balanceOf(config, state, name);
  const caps: Caps = config.credits.agents[name] ?? {};
  const credits = (micro: number | undefined): number | null => (micro === undefined ? null : inCredits(micro));
  return {
    granted: inCredits(granted),
    spent: inCredits(spent),
    reserved: inCredits(reserved),
    left: inCredits(spendable(config, state, name)),
    in_doubt: inCredits(doubt),
    soft: credits(caps.soft),
    per_turn: credits(caps.per_turn),
    per_day: credits(caps.per_day),
  };
}

function nextTurn(config: Config, state: State, name: string): Inspection['next_turn'] {
  const turn = state.clock.turn + 1;
  const due = dueOf(config, state, turn, name);
  return { turn, due: due?.due ?? false, why: whyOf(config, state, name, due), next: due?.next ?? null };
}

/**
 * Whether it ran in the last turn, and if not, why. An agent that did not run was given nothing, so its inbox then is its
 * present inbox without what colleagues wrote in that turn; a later pause shows too.
 */
function lastTurn(config: Config, state: State, name: string): Inspection['last_turn'] {
  const { turn } = state.clock;
  const account = agentState(state.staff, name);
  if (turn === 0) return { turn, ran: false, outcome: null, why: 'no turn has been made yet' };
  if (account.lastTurn === turn)
    return { turn, ran: true, outcome: account.lastOutcome, why: account.lastReason || 'it was due' };
  if (account.starved) return { turn, ran: false, outcome: 'skipped', why: account.lastReason };
  const then = inboxOf(state.mail, name).filter(
    (mail) => mail.turn < turn || (mail.turn === turn && config.agents.get(mail.from)?.person),
  );
  const before: State = {
    ...state,
    clock: { ...state.clock, turn: turn - 1 },
    mail: { ...state.mail, inbox: new Map([...state.mail.inbox, [name, then.map((mail) => mail.id)]]) },
  };
  if (then.length === 0) before.mail.inbox.delete(name);
  const due = dueOf(config, before, turn, name);
  if (due?.due && account.lastReason.startsWith('no credits'))
    // it has credits since
    return { turn, ran: false, outcome: 'skipped', why: account.lastReason };
  return {
    turn,
    ran: false,
    outcome: null,
    why: due?.due ? 'only another agent was called in this turn' : whyOf(config, before, name, due),
  };
}

/** The inspection as text. */
export function printInspection(it: Inspection): string {
  const { edges, credits, schedule, limits, next_turn: next, last_turn: last } = it;
  const rows = [
    [
      'state',
      `${it.state}, ${it.health}${it.failures_in_row ? ` (${it.failures_in_row} visits in a row failed or were cut)` : ''}`,
    ],
    ['role', it.role],
    [
      'last turn',
      last.ran
        ? `turn ${last.turn}: ran, ${last.outcome}${last.outcome === 'ok' ? '' : `: ${last.why}`}`
        : `turn ${last.turn}: did not run: ${last.why}`,
    ],
    ['next turn', `turn ${next.turn}: ${next.due ? 'due' : 'not due'}: ${next.why}`],
    ['writes to', edges.writes_to.join(', ') || 'nobody'],
    ['reads from', edges.reads_from.join(', ') || 'nobody'],
    ['one-sided', edges.one_sided.join('; ')],
    [
      'credits',
      it.person
        ? ''
        : `${credits.left} left of ${credits.granted}; ${credits.spent} spent${credits.reserved ? `, ${credits.reserved} reserved` : ''}${credits.in_doubt ? `, ${credits.in_doubt} in doubt` : ''}${capsOf(credits)}`,
    ],
    ['calls', it.person ? '' : `${it.calls}; ${it.tokens.input} tokens in, ${it.tokens.output} out`],
    ['model', it.person ? '' : it.model.join(', then ')],
    ['schedule', it.person ? '' : `every ${schedule.every}, offset ${schedule.offset}, when ${schedule.when}`],
    ['limits', it.person ? '' : `${limits.steps} steps a visit, ${limits.output_tokens} tokens a reply`],
    ['unit', it.unit ?? ''],
    ['tools', it.tools.join(', ')],
    ['prices', printPrices(it)],
    ['skills', it.skills.join(', ')],
    ['shared', it.shared.map((path) => `shared/${path}`).join(', ')],
    ['memory', it.memory.join(', ')],
    ['approvals', it.approvals.join(', ')],
    ['dead letters', it.dead_letters.join(', ')],
  ].filter(([, value]) => value !== '');
  const hint =
    last.turn > 0 && !it.person ? `To see its prompts: lemming show ${last.ran ? last.turn : 'TURN'}.${it.name}` : '';
  return [it.name, rowsOf(rows), printUnread(it), printNotices(it), hint].filter(Boolean).join('\n\n');
}

function printPrices({ prices }: Inspection): string {
  return Object.entries(prices)
    .map(([tool, cost]) => `${tool} ${cost}`)
    .join(', ');
}

function capsOf({ soft, per_turn, per_day }: Inspection['credits']): string {
  const caps = [
    soft === null ? '' : `soft ${soft}`,
    per_turn === null ? '' : `${per_turn} a turn`,
    per_day === null ? '' : `${per_day} a day`,
  ];
  return caps.some(Boolean) ? ` (${caps.filter(Boolean).join(', ')})` : '';
}

function printUnread({ unread }: Inspection): string {
  if (unread.length === 0) return '';
  const rows = unread
    .slice(0, 20)
    .map((mail) => [
      mail.id,
      mail.from,
      mail.priority,
      shorten(mail.subject, 60),
      [
        mail.routes ? `by ${mail.routes.join(', ')}` : '',
        mail.collected === undefined ? '' : `collected until turn ${mail.collected}`,
        mail.attempts ? `failed ${mail.attempts} times` : '',
      ]
        .filter(Boolean)
        .join(', '),
    ]);
  const more = unread.length > rows.length ? `\n${unread.length - rows.length} more` : '';
  return `${table([['waiting mail', 'from', 'priority', 'subject', ''], ...rows])}${more}`;
}

function printNotices({ notices }: Inspection): string {
  return notices.length
    ? [
        'Notices for its next prompt',
        ...notices.slice(-10).map((notice) => `  turn ${notice.turn}: ${shorten(notice.text, 150)}`),
      ].join('\n')
    : '';
}

/** An answer that the agent is to be told, as a notice. */
function answerLine({ turn, text }: Answer): NoticeLine {
  return { turn, about: 'approval', text, count: 1, ids: [] };
}
