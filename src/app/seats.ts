/** Determines who acts, the person at the keyboard or somebody in a person's seat, and checks names given to commands. */
import { AWAY_REMEDY, goneText, isAway } from '../core/mail/absent-agents.ts';
import type { Config } from '../core/model/config.ts';
import { isPersonIn, peopleOf } from '../core/model/config.ts';
import { retiredPath } from '../core/model/paths.ts';
import { nearestTo } from '../core/text/nearest.ts';
import type { Disk } from '../disk/fs/disk.ts';
import { journalLines } from '../engine/journal/history.ts';
import { copyWith } from '../schema/copy.ts';
import type { Fault } from '../schema/fault.ts';
import { FaultError, failure } from '../schema/fault.ts';
import { isName } from '../schema/name.ts';
import type { View } from './view.ts';

/** The person at the keyboard: `human`, else the first person of the chart; undefined if there is none. */
export function personIn(config: Config): string | undefined {
  const people = peopleOf(config);
  return people.includes('human') ? 'human' : people[0];
}

/** Who acts: the seat, else the person at the keyboard. Throws `not-found` if there is nobody. */
export function personOf({ config, seat }: Pick<View, 'config' | 'seat'>): string {
  const name = seat?.person ?? personIn(config);
  if (name === undefined)
    throw failure('not-found', 'This organisation has no person', {
      remedy: 'Add an agent whose resume says "person: true".',
    });
  return name;
}

/** Whose view a reading command shows: the seat, otherwise the person at the keyboard; without any person, nobody's. */
export function readerOf({ config, seat }: Pick<View, 'config' | 'seat'>): string {
  return seat?.person ?? personIn(config) ?? NOBODY;
}

/** A name that no agent can have. */
const NOBODY = '';

/** Checks that it is the name of a person. Throws like `checkAgent`, and `refused` for an agent. */
export function personNamed(view: Pick<View, 'config' | 'disk' | 'state'>, name: string): string {
  checkAgent(view, name);
  if (isPersonIn(view.config, name)) return name;
  throw failure('refused', `${name} is not a person of the chart.`, {
    remedy: 'Run lemming status to list the people.',
  });
}

/**
 * Throws `not-found` for an unknown agent or person, with the nearest name or the turn of its retirement; throws the faults of
 * a broken resume.
 */
export function checkAgent({ config, disk, state }: Pick<View, 'config' | 'disk' | 'state'>, name: string): void {
  if (config.agents.has(name)) return;
  if (isAway(config, state, name))
    throw failure('absent', `${goneText(name)} New mail waits for it.`, {
      file: `agents/${name}`,
      remedy: AWAY_REMEDY,
    });
  const broken = config.broken.get(name);
  if (broken) throw new FaultError(...(broken as [Fault, ...Fault[]]));
  if (isName(name) && disk.stat(retiredPath(name))) throw retired(disk, name);
  throw failure(
    'not-found',
    `There is no agent ${JSON.stringify(name)}.`,
    copyWith(nearestTo(name, config.order), { remedy: 'Run lemming status to list the agents.' }),
  );
}

/** The fault about a retired agent; the journal does not know of a resume that somebody renamed by hand. */
function retired(disk: Disk, name: string): FaultError {
  let when = '';
  for (const line of journalLines(disk))
    if (line.k === 'retired' && line.agent === name) when = ` in turn ${line.turn} by ${line.by}`;
  return failure('not-found', `${name} was retired${when}.`, {
    remedy: `Its mail, memory and logs are in agents/${name}/, its resume is ${retiredPath(name)}. Run lemming history ${name} to see its mail.`,
  });
}
