/** Puts the steps of a workflow into the order of their needs. */
import type { WorkflowStep } from '../../../schema/records/workflow.ts';

type Needs = Pick<WorkflowStep, 'id' | 'needs' | 'needs_any'>;

/** Step → every step that comes before it, directly or through others. Steps of a circle come before themselves. */
export function beforeOf(steps: readonly Needs[]): Map<string, Set<string>> {
  const byId = new Map(steps.map((step) => [step.id, step]));
  return new Map(
    steps.map((step) => {
      const before = new Set<string>([...step.needs, ...step.needs_any]);
      for (const id of before) {
        const one = byId.get(id);
        for (const need of one ? [...one.needs, ...one.needs_any] : []) before.add(need);
      }
      return [step.id, before];
    }),
  );
}

/** Step → its place in an order in which each step comes after all that come before it. */
export function ranksOf(steps: readonly Needs[]): Map<string, number> {
  const before = beforeOf(steps);
  const size = ({ id }: Needs): number => (before.get(id) as Set<string>).size;
  return new Map([...steps].sort((a, b) => size(a) - size(b)).map(({ id }, rank) => [id, rank]));
}
