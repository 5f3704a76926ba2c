/** The words for the `visit` line: how a visit ended, what was refused, and its notes, in the log of the agent. */
import type { VisitEffect } from '../../../../core/model/entry.ts';
import { inCredits } from '../../../../schema/amount.ts';
import { count } from '../../../text/table.ts';
import type { LogEvent } from '../../log-event.ts';
import type { LineView, LogSums } from '../line-view.ts';

export const kind: LineView<'visit'> = {
  log: visitEvents,
  turn: (line) => ({ what: 'visit', agent: line.agent, id: null, text: visitText(line) }),
  audit: ({ agent, refusals = [] }) =>
    refusals.map(({ tool, rule, text }) => ({
      who: agent,
      act: tool,
      outcome: 'refused',
      rule,
      on: '-',
      detail: text,
    })),
  report: false,
};

function visitEvents(visit: VisitEffect, turn: number, { cost }: LogSums): LogEvent[] {
  const { agent, outcome, reason, detail, blame, mail, sent, refused, held, refusals = [], notes } = visit;
  const level = outcome === 'ok' ? 'info' : outcome === 'failed' ? 'error' : 'warn';
  const module = blame === 'provider' || blame === 'config' || blame === 'model' ? 'provider' : 'engine';
  return [
    {
      level,
      module,
      event: 'visit',
      turn,
      agent,
      outcome,
      reason,
      detail,
      blame,
      mail,
      sent,
      refused,
      held,
      cost: inCredits(cost),
    },
    ...refusals.map(
      ({ tool, rule, text }): LogEvent => ({
        level: 'warn',
        module: 'tool',
        event: 'refused',
        turn,
        agent,
        tool,
        rule,
        text,
      }),
    ),
    ...notes.map((text): LogEvent => ({ level: 'info', module: 'engine', event: 'note', turn, agent, text })),
  ];
}

function visitText(visit: VisitEffect): string {
  const { agent, outcome, reason, detail, mail, sent, refused, held, refusals = [] } = visit;
  const done = [
    `${count(mail.length, 'message')} read`,
    `${sent} sent`,
    refused > 0 && `${refused} refused`,
    held > 0 && `${held} held`,
  ]
    .filter(Boolean)
    .join(', ');
  const rules = refusals.map((refusal) => `\n    refused (${refusal.rule}): ${refusal.tool}: ${refusal.text}`).join('');
  if (outcome === 'cut') return `${agent} was cut (${reason}): ${detail}; ${done}${rules}`;
  return outcome === 'ok' ? `${agent}: ${done}${rules}` : `${agent} ${outcome}: ${reason ?? ''}${rules}`;
}
