/** The tool `propose_plan`: proposes the tasks with which a goal is reached. */
import type { ActTool } from '../../core/model/tool.ts';
import { PROPOSES } from '../../core/plans/plan.ts';
import { type ReadPlan, readPlan } from '../../core/plans/read.ts';
import { previewPlan, stagePlan } from '../../core/plans/stage.ts';
import { copyWith } from '../../schema/copy.ts';
import { plan } from '../../schema/records/plan.ts';
import { act } from '../define.ts';

/** Models are shown the schema; what they make of it is read leniently. */
const reading: Required<Pick<ActTool, 'parse' | 'preview' | 'stage'>> = {
  parse(input) {
    const read = readPlan(input);
    return 'why' in read ? { ok: false, why: read.why } : { ok: true, value: read };
  },
  preview: (value, scene) => previewPlan(value as ReadPlan, scene),
  stage: (value, scene) => stagePlan(value as ReadPlan, scene),
};

export default copyWith(
  act({
    name: PROPOSES,
    about:
      'Propose the tasks of a plan, all at once. A person decides about it. Once it is approved, each task begins when the tasks that it needs are completed.',
    granted: 'all',
    described: 'with-plan',
    held: 'always',
    input: plan(),
    stage: reading.stage,
  }),
  reading,
);
