import { fateOf } from '../../core/mail/dead-letter-text.ts';
import { bookedIn, type Entry, type VisitEffect } from '../../core/model/entry.ts';
import { countCredits, printCredits } from '../../core/money/ledger.ts';
import { inCredits } from '../../schema/amount.ts';
import type { Request } from '../../schema/records/request.ts';
import { count, shorten } from '../text/table.ts';

/** What one turn brought, from its lines. Credits. */
export interface ShownTurn {
  turn: number;
  /** UTC, ISO 8601; null when the turn was not opened. */
  time: string | null;
  committed: boolean;
  spent: number;
  /** What people asked and changed, and all that happened, a line each, in order. */
  events: TurnEvent[];
}

/** `agent`: whom it concerns. `id`: a message, approval or dead letter. */
export interface TurnEvent {
  what:
    | 'acknowledged'
    | 'dead letter'
    | 'decided'
    | 'edit'
    | 'escalated'
    | 'file'
    | 'held'
    | 'hired'
    | 'lapsed'
    | 'message'
    | 'recovered'
    | 'refused'
    | 'request'
    | 'retired'
    | 'revived'
    | 'set aside'
    | 'undone'
    | 'unpaid'
    | 'visit'
    | 'withdrawn';
  agent: string | null;
  id: string | null;
  text: string;
}

/** The lines of a turn for people. Pure. */
export function turnOf(turn: number, lines: Iterable<Entry>): ShownTurn {
  const shown: ShownTurn = { turn, time: null, committed: false, spent: 0, events: [] };
  let micro = 0;
  for (const line of lines) {
    if (line.k === 'open') shown.time = new Date(line.time).toISOString();
    if (line.k === 'commit') shown.committed = true;
    micro += bookedIn(line)?.cost ?? 0;
    const event = eventOf(line);
    if (event) shown.events.push(event);
  }
  shown.spent = inCredits(micro);
  return shown;
}

/** One line of the journal as an event; null for what only the engine needs. */
export function eventOf(line: Entry): TurnEvent | null {
  const event = (what: TurnEvent['what'], agent: string | null, id: string | null, text: string): TurnEvent => ({
    what,
    agent,
    id,
    text,
  });
  switch (line.k) {
    case 'drop':
    case 'sent': {
      const { id, from, to, subject } = line.message;
      return event('message', from, id, `${from} to ${shorten(to.join(', '), 60)}: ${shorten(subject, 80)}`);
    }
    case 'visit':
      return event('visit', line.agent, null, visitText(line));
    case 'used':
      return line.rule === undefined
        ? null
        : event('refused', line.agent, null, `${line.agent}: ${shorten(line.text, 200)}`);
    case 'request':
      return event('request', line.request.by, null, requestText(line.request));
    case 'dead':
      return event(
        'dead letter',
        line.record.from,
        line.record.id,
        `${line.record.message} ${fateOf(line.record, line.waits)}: ${line.detail}`,
      );
    case 'aside':
    case 'unplaced':
      return event('set aside', line.owner, line.id, `${line.path}: ${line.detail}`);
    case 'held':
      return event(
        'held',
        line.agent,
        line.id,
        `${line.agent} wants to use ${line.tool}: waits for ${line.contacts.join(', ')}`,
      );
    case 'answer':
      return event('request', line.by, line.id, `${line.by} answered in the file: ${line.decision} ${line.id}`);
    case 'escalated':
      return event('escalated', line.to, line.held.id, `${line.held.id}: nobody answered in time, ${line.to} is asked`);
    case 'lapsed':
      return event('lapsed', null, line.id, `${line.id}: ${line.note}`);
    case 'decided':
      return event('decided', null, line.id, `${line.decision} by ${line.by}: ${line.outcome}`);
    case 'unpaid':
      return event('unpaid', null, line.id, `${line.id} is approved and waits for ${countCredits(line.cost)}`);
    case 'hired':
      return event('hired', line.agent, null, `${line.by} hired ${line.agent}, with ${countCredits(line.credits)}`);
    case 'retired':
      return event(
        'retired',
        line.agent,
        null,
        `${line.by} retired ${line.agent}, who had ${countCredits(line.credits)} left`,
      );
    case 'withdrawn':
      return event('withdrawn', line.by, line.id, `${line.by} took ${line.id} back from ${line.to.join(', ')}`);
    case 'undone':
      return event('undone', line.by, line.id, `${line.by} undid ${line.id}: ${line.on}`);
    case 'acked':
      return event(
        'acknowledged',
        line.agent,
        line.id,
        `${line.agent} acknowledged ${line.id}${line.reaction ? `: ${line.reaction}` : ''}`,
      );
    case 'recovered':
      return event(
        'recovered',
        null,
        null,
        `${count(line.again.length, 'call')} repeated, ${line.doubt.length} in doubt`,
      );
    default:
      return changeOf(line);
  }
}

function changeOf(line: Entry): TurnEvent | null {
  const changed = (path: string, by: string | null, text: string): TurnEvent => ({
    what: 'file',
    agent: by,
    id: null,
    text: `${path} ${text}`,
  });
  if (line.k === 'wrote')
    return changed(line.path, line.agent, `was ${line.text === null ? 'removed' : 'written'} by ${line.agent}`);
  if (line.k === 'file') return changed(line.path, null, line.text === null ? 'is gone' : 'was changed');
  if (line.k === 'mail' || line.k === 'mail-gone')
    return {
      what: 'edit',
      agent: null,
      id: line.id,
      text: `${line.id} was ${line.k === 'mail' ? 'edited' : 'deleted'} before it was delivered`,
    };
  if (line.k === 'revived')
    return {
      what: 'revived',
      agent: null,
      id: line.id,
      text: `${line.message.id} is delivered again to ${line.to.join(', ')}`,
    };
  return null;
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

/** What a person asked for, in words. */
export function requestText(request: Request): string {
  const on = askedOf(request);
  const what = on === null ? request.ask : `${request.ask} ${shorten(on, 80)}`;
  return [`${request.by} asked: ${what}`, ...requestDetails(request)].join(', ');
}

/** What a request says beside who asks what of whom; files are not shown. */
export function requestDetails(request: Request): string[] {
  const { ask: _ask, by: _by, ...rest } = request;
  const on = askedOf(request);
  return Object.entries(rest)
    .filter(([key, value]) => value !== '' && value !== null && key !== 'files' && String(value) !== on)
    .map(([key, value]) => `${key} ${MONEY.has(key) ? printCredits(value as number) : shorten(String(value), 80)}`);
}
const MONEY: ReadonlySet<string> = new Set(['amount', 'credits']);

/** What a request is about; null: the whole organisation. */
export function askedOf(request: Request): string | null {
  if ('agent' in request) return request.agent;
  if ('id' in request) return request.id;
  if ('what' in request) return request.what;
  if ('key' in request) return request.key;
  return 'ids' in request ? request.ids.join(',') : null;
}

/** A turn as text. */
export function printTurn({ turn, time, committed, spent, events }: ShownTurn): string {
  const head = `Turn ${turn}${time ? `, ${time}` : ''}: ${committed ? `${spent} credits` : 'not committed'}`;
  return [head, ...events.map(printEvent)].join('\n');
}

/** An event as a line. */
export function printEvent({ what, id, text }: TurnEvent): string {
  return `  ${what.padEnd(12)} ${what === 'message' && id ? `${id}  ` : ''}${text}`;
}
