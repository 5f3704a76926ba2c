/** The words for the `run` line: a run of a workflow has begun, or stands otherwise than before. */
import { done, type LineView } from '../line-view.ts';

export const kind: LineView<'run'> = {
  log: ({ id, status, begun, reason }, turn) => [
    {
      level: status === 'failed' || status === 'compensating' ? 'warn' : 'info',
      module: 'engine',
      event: 'run',
      turn,
      id,
      status,
      ...(begun === undefined ? {} : { workflow: begun.workflow }),
      ...(reason === null ? {} : { why: reason }),
    },
  ],
  turn: ({ id, status, begun, reason }) => {
    const is = begun === undefined ? `is ${status}` : `of ${begun.workflow} begins`;
    return {
      what: 'run',
      agent: begun?.owner ?? null,
      id,
      text: `run ${id} ${is}${reason === null ? '' : `: ${reason}`}`,
    };
  },
  audit: ({ id, status, begun, reason }) => [
    done(
      begun?.owner ?? 'the engine',
      begun === undefined ? `run ${status}` : 'run begins',
      'workflow',
      id,
      reason ?? '',
    ),
  ],
  report: false,
};
