/** Finds visits that were cut: they went round in a loop, or used up their steps. */
import { aboutVisit, type Detector } from '../finding.ts';

const LOOPED = {
  kind: 'looped',
  mode: 'repeats steps' as const,
  what: 'repeated calls without a new result until its visit was ended',
};
const STEPS = {
  kind: 'out-of-steps',
  mode: 'does not know when to end' as const,
  what: 'used up the steps of its visit without calling done',
};

export const cutVisit: Detector = {
  take(visit) {
    const { outcome, reason, detail = '' } = visit.line;
    const { agent, turn, replies } = visit;
    if (outcome !== 'cut' || (reason !== 'looped' && reason !== 'steps')) return [];
    const { kind, mode, what } = reason === 'looped' ? LOOPED : STEPS;
    const call = replies.at(-1)?.call ?? null;
    return [
      {
        ...{ kind, mode },
        ...aboutVisit(visit),
        call,
        text: `${agent} ${what}.`,
        ids: call === null ? [] : [`${turn}.${agent}.${call}`],
        quote: detail,
        remedy:
          reason === 'looped'
            ? `Look at the call (lemming show ${turn}.${agent}). Say in agents/${agent}/resume.md what to do instead, or give it the tool or the right that it lacked.`
            : `Raise limits.steps in agents/${agent}/resume.md when the work needs more calls; else split the task, or say there when it is finished.`,
      },
    ];
  },
};
