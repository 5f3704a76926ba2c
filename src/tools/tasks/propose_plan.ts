/** The tool `propose_plan`: proposes tasks, which are made when a person has approved them. */

import { PROPOSES } from '../../core/model/state/tasks.ts';
import type { ActTool } from '../../core/model/tool.ts';
import { type ReadPlan, readPlan } from '../../core/plans/plan.ts';
import { coveredBy, previewPlan } from '../../core/plans/preview.ts';
import { stagePlan } from '../../core/plans/stage.ts';
import { copyWith } from '../../schema/copy.ts';
import { plan } from '../../schema/records/plan.ts';
import { act } from '../define.ts';

/** Models are shown the schema; what they make of it is read leniently. */
const reading: Required<Pick<ActTool, 'parse' | 'preview' | 'covers' | 'stage'>> = {
  parse(input) {
    const read = readPlan(input);
    return 'why' in read ? { ok: false, why: read.why } : { ok: true, value: read };
  },
  preview: (value, scene) => previewPlan(value as ReadPlan, scene),
  covers: (value, scene) => coveredBy(value as ReadPlan, scene),
  stage: (value, scene) => stagePlan(value as ReadPlan, scene),
};

export default copyWith(
  act({
    name: PROPOSES,
    about:
      'Propose a plan for a goal: tasks, each done by one agent, and which of them need which. Each begins when those that it needs are completed, and gets their results; what needs nothing is done at the same time. A person approves the plan first, so it ends your visit. When all its tasks have ended, you are given their results. Asked to change a plan, propose only what is added, changed and cancelled.',
    granted: 'all',
    described: 'when-asked-to-plan',
    held: 'always',
    ends: true,
    input: plan(),
    stage: reading.stage,
  }),
  reading,
);
