/** Agents whose folder is gone while the chart names them: what is said of them everywhere, and which mail waits for them. Pure. */
import type { Config } from '../model/config.ts';
import type { DeadLetter, State } from '../model/state.ts';

/** Whether an agent is away: it is none until its folder is back, and mail to it waits. */
export function isAway(
  { readFrom }: Pick<Config, 'readFrom'>,
  { absent }: Pick<State, 'absent'>,
  name: string,
): boolean {
  return absent.get(name)?.out === true && readFrom.has(name);
}

/** What a person is told. */
export function awayText(name: string): string {
  return `${goneText(name)} New mail to it waits. ${AWAY_REMEDY}`;
}

export const AWAY_REMEDY = 'Put the folder back, or take it out of org/chart.yaml.';

export function goneText(name: string): string {
  return `${name} is away: agents/${name} is gone.`;
}

/** Dead letters that are delivered by themselves when the folder of their agent is back. */
export function lettersAway(config: Config, state: State): DeadLetter[] {
  const away = new Set([...state.absent.keys()].filter((name) => isAway(config, state, name)));
  if (away.size === 0) return [];
  return [...state.dead.values()].filter(
    ({ reason, to }) => reason === 'no-agent' && to.some((name) => away.has(name)),
  );
}
