/** The words for the `retired` line: an agent was retired. */
import { countCredits } from '../../../../core/money/ledger.ts';
import { inCredits } from '../../../../schema/amount.ts';
import { done, type LineView } from '../line-view.ts';

export const kind: LineView<'retired'> = {
  log: ({ by, agent, credits }, turn) => [
    { level: 'info', module: 'engine', event: 'retired', turn, by, who: agent, credits: inCredits(credits) },
  ],
  turn: ({ by, agent, credits }) => ({
    what: 'retired',
    agent,
    id: null,
    text: `${by} retired ${agent}, who had ${countCredits(credits)} left`,
  }),
  audit: ({ by, agent, credits, to }) => [
    done(by, 'retire', to === null ? 'person' : 'own staff', agent, countCredits(credits)),
  ],
  report: true,
};
