/**
 * Agents whose folder is gone while the chart names them: the messages about them, and the mail that waits for them. Pure.
 */
import type { Config } from '../model/config.ts';
import type { DeadLetter } from '../model/state/dead-letters.ts';
import { isAway as isFolderAway } from '../model/state/staff.ts';
import type { State } from '../model/state.ts';

/** Whether an agent is away: it does not count as an agent until its folder is back, and mail to it waits. */
export function isAway({ readFrom }: Pick<Config, 'readFrom'>, { staff }: Pick<State, 'staff'>, name: string): boolean {
  return staff.absent.get(name)?.out === true && readFrom.has(name);
}

/** What a person is told. */
export function awayText(name: string): string {
  return `${goneText(name)} New mail waits for it. ${AWAY_REMEDY}`;
}

export const AWAY_REMEDY = 'Restore the folder, or remove the agent from org/chart.yaml.';

export function goneText(name: string): string {
  return `${name} is away, because agents/${name} is missing.`;
}

/** Dead letters that are delivered automatically when the folder of their agent is back. */
export function deadForAbsent(config: Config, state: State): DeadLetter[] {
  const away = new Set([...state.staff.absent.keys()].filter((name) => isAway(config, state, name)));
  if (away.size === 0) return [];
  return [...state.dead.letters.values()].filter(
    ({ reason, to }) => reason === 'no-agent' && to.some((name) => away.has(name)),
  );
}

/** Dead letters that can be delivered again now. Those of an author whose folder is gone wait for that folder. */
export function revivable({ dead, staff }: State): [id: string, to: string[]][] {
  return [...dead.revive].filter(([id]) => !isFolderAway(staff, dead.letters.get(id)?.from ?? ''));
}
