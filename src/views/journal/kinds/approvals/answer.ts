import { done, type LineView } from '../line-view.ts';

/** A person answered in the file of an act. */
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
