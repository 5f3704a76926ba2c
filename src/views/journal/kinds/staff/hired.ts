/** The words for the `hired` line: an agent came. */
import { countCredits } from '../../../../core/money/ledger.ts';
import { inCredits } from '../../../../schema/amount.ts';
import { done, type LineView } from '../line-view.ts';

export const kind: LineView<'hired'> = {
  log: ({ by, agent, credits }, turn) => [
    { level: 'info', module: 'engine', event: 'hired', turn, by, who: agent, credits: inCredits(credits) },
  ],
  turn: ({ by, agent, credits }) => ({
    what: 'hired',
    agent,
    id: null,
    text: `${by} hired ${agent}, with ${countCredits(credits)}`,
  }),
  audit: ({ by, agent, credits, from }) => [
    done(by, 'hire', from === null ? 'person' : 'subset', agent, countCredits(credits)),
  ],
  report: true,
};
