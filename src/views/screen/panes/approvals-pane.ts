/** The Approvals pane of the screen. */
import { outdatedText, printLeft } from '../../../core/approvals/approval-text.ts';
import { type Question, questionOf, wishOf } from '../../../core/approvals/question.ts';
import type { Json } from '../../../core/model/call.ts';
import type { Approval } from '../../../core/model/state/approvals.ts';
import { PROPOSES } from '../../../core/model/state/tasks.ts';
import { countCredits, leftFor } from '../../../core/money/ledger.ts';
import { priceOf } from '../../../core/money/price.ts';
import { asks, type Filter, fits } from '../filter.ts';
import { cell, facts, line, type Pane, type ScreenLine } from '../line.ts';
import { openApprovals, type ScreenSnapshot } from '../snapshot.ts';

export const APPROVAL_TERMS = ['agent', 'tool'];

/** Held acts, then answered ones that wait for the next turn. */
export function approvalsPane(scene: ScreenSnapshot, filter: Filter): Pane {
  const open = new Set(openApprovals(scene));
  const fitting = [...scene.state.approvals.pending.values()].filter(({ id, agent, tool, input }) =>
    fits(filter, { text: `${id} ${agent} ${tool} ${JSON.stringify(input)}`, agent, tool }),
  );
  const list = fitting.sort((a, b) => Number(open.has(b.id)) - Number(open.has(a.id)));
  return {
    columns: [
      { title: 'id', width: 18 },
      { title: 'agent', width: 12 },
      { title: 'wants to use', width: 14 },
      { title: 'with', share: 1 },
      { title: 'waits for', width: 19 },
    ],
    keys: list.map(({ id }) => id),
    cells: (row) => {
      const { id, agent, tool, input } = list[row]!;
      const said = stateOf(scene, list[row]!);
      return [
        cell(id),
        cell(agent),
        cell(tool, 'strong'),
        cell(questionOf(list[row]!)?.question ?? JSON.stringify(input), 'quiet'),
        cell(said, said.endsWith('next turn') ? 'quiet' : 'warn'),
      ];
    },
    about: (row) => {
      const { id, agent } = list[row]!;
      return { what: 'approval', id, agent, file: `org/approvals/${id}.md` };
    },
    detail: (row) => approvalDetail(scene, list[row]!),
    top: [],
    empty: asks(filter) ? 'No action matches the filter.' : 'No action waits for you.',
  };
}

function stateOf({ requests }: ScreenSnapshot, { id, contacts, answer }: Approval): string {
  const asked = requests.findLast((one) => (one.ask === 'approve' || one.ask === 'deny') && one.id === id);
  if (answer?.unpaid !== undefined && !asked) return 'approved: no credits';
  const decision = asked?.ask ?? answer?.decision;
  if (decision === undefined) return contacts.join(', ');
  return `${decision === 'approve' ? 'approved' : 'denied'}: next turn`;
}

/** A held act in full. */
export function approvalDetail({ config, state, present }: ScreenSnapshot, approval: Approval): ScreenLine[] {
  const { id, turn, agent, tool, rule, because, contacts, input, over, always, answer } = approval;
  const { shows, changed } = present.get(id) ?? { shows: approval.shows, changed: [] };
  const asked = questionOf(approval);
  const isPlan = tool === PROPOSES && shows !== undefined;
  const cost = priceOf(config, tool);
  const left = () => printLeft(leftFor(config, state, agent));
  return [
    line(wishOf(approval), 'title'),
    ...facts([
      ['id', id],
      ['since', `turn ${turn}`],
      ['because', because ?? rule],
      ['waits for', contacts.join(', ')],
      ['costs', cost === 0 ? null : `${countCredits(cost)}; left: ${left()}`],
      ['always allows', always],
      ['answer', answer && `${answer.said ?? answer.decision} by ${answer.by}${answer.note ? `: ${answer.note}` : ''}`],
    ]),
    ...(changed.length ? [line(), line(outdatedText(changed), 'warn')] : []),
    line(),
    ...(asked ? questionLines(asked) : over === undefined && !isPlan ? inputLines(input) : []),
    ...(shows === undefined || asked ? [] : [line(), ...shows.split('\n').map((text) => line(text, 'code'))]),
  ];
}

/** A question, and what can be answered to it. */
function questionLines({ question, options, context, freeText }: Question): ScreenLine[] {
  const how = [options.length ? 'an option' : '', freeText ? 'a text' : ''].filter(Boolean).join(' or ');
  return [
    ...inputLines(context === undefined ? { question } : { question, context }),
    ...(options.length ? [line(), ...options.map((option, i) => line(`${i + 1}. ${option}`, 'strong', 3))] : []),
    ...(how ? [line(), line(`To approve it, give ${how}, and a note if you like.`, 'quiet')] : []),
  ];
}

/** The input of the tool: texts as they would be written. */
function inputLines(input: Json): ScreenLine[] {
  if (input === null || typeof input !== 'object' || Array.isArray(input)) return [line(JSON.stringify(input), 'code')];
  return Object.entries(input).flatMap(([name, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    if (!text.includes('\n')) return facts([[name, text, 'code']]);
    return [
      line(name, 'quiet'),
      ...text
        .trimEnd()
        .split('\n')
        .map((one) => line(`  ${one}`, 'code', 2)),
    ];
  });
}
