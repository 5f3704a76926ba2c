/** Finds visits that were cut: they went round in a loop, or used up their steps. */
import { aboutVisit, type Detector } from '../../finding.ts';

export const detector: Detector = {
  kinds: {
    looped: {
      mode: 'repeats steps',
      found: 'a visit was ended because calls came again and again without a new result',
      remedy:
        'Say in agents/{agent}/resume.md what to do instead of that call, or give it the tool or the right that it lacked.',
    },
    'out-of-steps': {
      mode: 'does not know when to end',
      found: 'a visit used up its steps',
      remedy:
        'Raise limits.steps in agents/{agent}/resume.md when the work needs more calls; else split the task, or say there when it is finished.',
    },
  },
  watch: () => ({
    take(visit) {
      const { outcome, reason, detail = '' } = visit.line;
      const { agent, turn, replies } = visit;
      if (outcome !== 'cut' || (reason !== 'looped' && reason !== 'steps')) return [];
      const call = replies.at(-1)?.call ?? null;
      return [
        {
          kind: reason === 'looped' ? 'looped' : 'out-of-steps',
          ...aboutVisit(visit),
          call,
          text:
            reason === 'looped'
              ? `${agent} repeated calls without a new result until its visit was ended.`
              : `${agent} used up the steps of its visit without calling done.`,
          ids: call === null ? [] : [`${turn}.${agent}.${call}`],
          quote: detail,
        },
      ];
    },
  }),
};
