/** The words for the `wrote` line: an agent wrote or removed a file. */
import { done, type LineView } from '../line-view.ts';

export const kind: LineView<'wrote'> = {
  log: (line, turn) => [{ level: 'debug', module: 'tool', event: 'wrote', turn, agent: line.agent, path: line.path }],
  turn: ({ path, agent, text }) => ({
    what: 'file',
    agent,
    id: null,
    text: `${path} was ${text === null ? 'removed' : 'written'} by ${agent}`,
  }),
  audit: ({ path, agent, text }) => [done(agent, text === null ? 'remove' : 'write', ruleOf(path), path)],
  report: false,
};

/** Why an effect may write there. */
function ruleOf(path: string): string {
  if (path.includes('/skills/')) return 'approval';
  if (path.includes('/workspace/')) return 'person';
  return path.startsWith('agents/') ? 'own memory' : 'granted path';
}
