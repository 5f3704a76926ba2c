/** The words for the `request` line: what a person asked for. */
import type { Request } from '../../../../schema/records/request.ts';
import type { AuditPart } from '../../audit.ts';
import { askedOf, requestDetails, requestText } from '../../request-text.ts';
import { done, type LineView } from '../line-view.ts';

export const kind: LineView<'request'> = {
  log: (line, turn) => [
    { level: 'info', module: 'command', event: 'request', turn, ask: line.request.ask, by: line.request.by },
  ],
  turn: ({ request }) => ({ what: 'request', agent: request.by, id: null, text: requestText(request) }),
  audit: ({ request }) => [ofRequest(request)],
  report: false,
};

/** Requests that the turn carries out later, if it can. */
const LATER: ReadonlySet<Request['ask']> = new Set(['hire', 'retire', 'undo']);

function ofRequest(request: Request): AuditPart {
  const { ask, by } = request;
  const on = askedOf(request)?.replaceAll(',', ', ') ?? '-';
  const row = done(by, ask, 'person', on, requestDetails(request).join(', '));
  return LATER.has(ask) ? { ...row, outcome: 'asked' } : row;
}
