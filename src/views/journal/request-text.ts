/** Says in words what a person asked for. */
import { printCredits } from '../../core/money/ledger.ts';
import type { Request } from '../../schema/records/request.ts';
import { shorten } from '../text/table.ts';

/** What a person asked for, in words. */
export function requestText(request: Request): string {
  const on = askedOf(request);
  const what = on === null ? request.ask : `${request.ask} ${shorten(on, 80)}`;
  return [`${request.by} asked: ${what}`, ...requestDetails(request)].join(', ');
}

/** The details of a request besides who asks what of whom; files are not shown. */
export function requestDetails(request: Request): string[] {
  const { ask: _ask, by: _by, ...rest } = request;
  const on = askedOf(request);
  return Object.entries(rest)
    .filter(([key, value]) => value !== '' && value !== null && key !== 'files' && String(value) !== on)
    .map(([key, value]) => `${key} ${MONEY.has(key) ? printCredits(value as number) : shorten(String(value), 80)}`);
}
const MONEY: ReadonlySet<string> = new Set(['amount', 'credits']);

/** The subject of a request; null for the whole organisation. */
export function askedOf(request: Request): string | null {
  if ('agent' in request) return request.agent;
  if ('id' in request) return request.id;
  if ('what' in request) return request.what;
  if ('workflow' in request) return request.workflow;
  if ('key' in request) return request.key ?? null;
  return 'ids' in request ? request.ids.join(',') : null;
}
