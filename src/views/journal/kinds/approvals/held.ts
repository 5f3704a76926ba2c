/** The words for the `held` line: an act waits for a person. */
import { wishOf } from '../../../../core/approvals/question.ts';
import type { LineView } from '../line-view.ts';

export const kind: LineView<'held'> = {
  log: (line, turn) => [
    {
      level: 'info',
      module: 'tool',
      event: 'held',
      turn,
      agent: line.agent,
      id: line.id,
      tool: line.tool,
      rule: line.rule,
    },
  ],
  turn: ({ agent, id, tool, run, contacts }) => ({
    what: 'held',
    agent,
    id,
    text: `${wishOf({ agent, tool, run })}; waiting for ${contacts.join(', ')}`,
  }),
  audit: ({ agent, id, tool, rule, contacts }) => [
    { who: agent, act: tool, outcome: 'held', rule, on: id, detail: `waits for ${contacts.join(', ')}` },
  ],
  report: false,
};
