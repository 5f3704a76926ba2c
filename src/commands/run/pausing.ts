/** Requests a pause or its end. */
import { readOrg } from '../../app/read-org.ts';
import { post } from '../../app/requests.ts';
import { personOf } from '../../app/seats.ts';
import { agentState } from '../../core/model/state/staff.ts';
import type { Zod } from '../command.ts';
import { agentNamed } from '../names.ts';
import { effectShape } from '../shapes.ts';
import type { World } from '../world.ts';

export const pausedShape = (z: Zod) =>
  z.strictObject({
    ask: z.enum(['pause', 'resume']),
    agent: z.string().nullable(),
    turn: z.number(),
    takes_effect: effectShape(z),
  });

/** Pauses or resumes the organisation, or one of its agents. A running engine takes the request in at its next turn. */
export function askPause(world: World, ask: 'pause' | 'resume', name: string | undefined) {
  const view = readOrg(world);
  const { state } = view;
  const agent = name === undefined ? null : agentNamed(view, name);
  const posted = post(world, personOf(view), [{ ask, agent }]);
  const who = agent ?? 'The organisation';
  const rest = ask === 'resume' && agent !== null && state.staff.paused ? '; the organisation is still paused' : '';
  const paused = [...state.staff.agents.keys()].filter((other) => agentState(state.staff, other).paused);
  const still = ask === 'resume' && agent === null ? paused : [];
  return {
    data: {
      ask,
      agent,
      turn: state.clock.turn,
      takes_effect: posted === 'waits' ? ('next turn' as const) : ('now' as const),
    },
    text: [
      `${who} ${ask === 'pause' ? 'is paused' : 'continues'}${posted === 'waits' ? ' from the next turn on' : ''}${rest}`,
      ...still.map((other) => `${other} is still paused. To resume it: lemming resume ${other}`),
    ].join('\n'),
  };
}
