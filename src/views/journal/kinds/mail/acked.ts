/** The words for the `acked` line: an agent acknowledged a message. */
import { done, type LineView } from '../line-view.ts';

export const kind: LineView<'acked'> = {
  log: (line, turn) => [
    {
      level: 'debug',
      module: 'engine',
      event: 'acknowledged',
      turn,
      agent: line.agent,
      message: line.id,
      reaction: line.reaction,
    },
  ],
  turn: ({ agent, id, reaction }) => ({
    what: 'acknowledged',
    agent,
    id,
    text: `${agent} acknowledged ${id}${reaction ? `: ${reaction}` : ''}`,
  }),
  audit: (line) => [done(line.agent, 'acknowledge', 'given', line.id, line.reaction)],
  report: false,
};
