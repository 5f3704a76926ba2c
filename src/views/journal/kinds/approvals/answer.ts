/** The words for the `answer` line: a person answered a held act in its file. */
import { done, type LineView } from '../line-view.ts';

export const kind: LineView<'answer'> = {
  log: (line, turn) => [
    { level: 'info', module: 'command', event: 'request', turn, ask: line.decision, by: line.by, id: line.id },
  ],
  turn: ({ id, by, decision }) => ({
    what: 'request',
    agent: by,
    id,
    text: `${by} answered in the file: ${decision} ${id}`,
  }),
  audit: (line) => [done(line.by, line.decision, 'person', line.id, line.note)],
  report: false,
};
