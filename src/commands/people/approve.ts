/** The command `lemming approve`. */
import { folderChanges } from '../../app/foresee.ts';
import { presentActs } from '../../app/present.ts';
import { readOrg } from '../../app/read-org.ts';
import { changedText } from '../../core/approvals/covers.ts';
import { standingPolicyFor } from '../../core/rights/standing-policy.ts';
import { putFirst } from '../../disk/yaml/edit.ts';
import { toolsetOf } from '../../engine/tools/toolset.ts';
import { failure } from '../../schema/fault.ts';
import { TOOLS } from '../../tools/all.ts';
import type { Definition, Outcome, Run } from '../command.ts';
import { edited, exactText, replaceExact } from '../own-files.ts';
import type { World } from '../world.ts';
import { type DecidedApproval, decide, decidedShape } from './decide.ts';

export const command = {
  name: 'approve',
  group: 'people',
  summary: 'Approve a pending action',
  examples: [
    { line: 'lemming approve A-12-coder_01-1', does: 'the act is judged again in the next turn and done once' },
    {
      line: 'lemming approve A-12-coder_01-1 --always',
      does: 'acts like it need no approval any more: a policy at the front of org/org.yaml says so',
    },
  ],
  args: [{ name: 'id', about: 'id of the act; lemming approvals lists them', of: ['approval'] }],
  flags: [
    { name: 'note', value: 'TEXT', about: 'what the agent is told with it' },
    { name: 'by', value: 'PERSON', about: 'who answers, when it is another person of the chart', right: 'owner' },
    {
      name: 'always',
      about: 'approve actions like this one of the same agent from now on; lemming policies shows and revokes it',
    },
  ],
  reads: false,
  right: 'approvals',
  output: (z) => decidedShape(z).extend({ changed: z.array(z.string()), always: z.string().optional() }),
} as const satisfies Definition;

/** `changed`: what is not as it was shown any more, so that the act is held again. `always`: the policy from then on. */
export const run: Run<typeof command, DecidedApproval & { changed: string[]; always?: string }> = async (
  world,
  input,
) => {
  const rule = input.flags.always ? await ruleFor(world, input.args.id) : null;
  const changed = await changedIn(world, input.args.id);
  const outcome = told(decide(world, input, 'approve'), changed);
  if (rule === null) return outcome;
  writePolicy(world, rule);
  const text = `${outcome.text}\nFrom then on without asking: ${rule}. lemming policies shows it, and revokes it.`;
  return { ...outcome, data: { ...outcome.data, always: rule }, text };
};

/** What is not as it was shown any more. */
async function changedIn(world: World, id: string): Promise<string[]> {
  const view = readOrg(world);
  if (!view.state.approvals.pending.has(id)) return [];
  return (await presentActs({ ...view, changes: folderChanges(view) })).get(id)?.changed ?? [];
}

function told(outcome: Outcome<DecidedApproval>, changed: string[]): Outcome<DecidedApproval & { changed: string[] }> {
  const data = { ...outcome.data, changed };
  if (changed.length === 0) return { ...outcome, data };
  const text = `${changedText(changed)} since it was shown, so it is not done: in the next turn it is held again as it stands now.\nlemming approvals shows it.`;
  return { ...outcome, data, text };
}

/** The pattern of acts like a held one. Throws `refused` when no pattern can name them. */
async function ruleFor(world: World, id: string): Promise<string | null> {
  const { config, state } = readOrg(world);
  const approval = state.approvals.pending.get(id);
  const resume = config.agents.get(approval?.agent ?? '');
  if (!approval || !resume) return null;
  const { agent, tool: toolName, input } = approval;
  const tool = (await toolsetOf(TOOLS, config, state.rights.trusted)).get(toolName);
  const parsed = tool?.parse(input);
  const act = { agent, resume, toolName, tool, value: parsed?.ok ? parsed.value : null, why: null, approved: false };
  const policy = approval.over === undefined ? standingPolicyFor(config, act) : null;
  if (policy) return policy.act;
  const remedy =
    tool?.held === 'always'
      ? `lemming approve ${id}; a person is asked each time.`
      : `lemming approve ${id}; or write a pattern of your own into policies: of org/org.yaml.`;
  throw failure('refused', `No policy can name acts like ${id}: approve it alone.`, { remedy });
}

function writePolicy(world: World, act: string): void {
  const { disk } = readOrg(world);
  const file = 'org/org.yaml';
  const before = exactText(disk, file) ?? '';
  replaceExact(disk, file, before, edited(putFirst(before, ['policies'], { act, do: 'always' }), file));
}
