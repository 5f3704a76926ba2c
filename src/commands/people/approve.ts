/** `lemming approve`: approves a held act. */
import { folderChanges } from '../../app/foresee.ts';
import { presentActs } from '../../app/present.ts';
import { readOrg } from '../../app/read-org.ts';
import { readTimeout } from '../../core/approvals/approval.ts';
import { changedText } from '../../core/approvals/covers.ts';
import type { Policy } from '../../core/rights/policy.ts';
import { endText, type PolicyEnd } from '../../core/rights/policy-end.ts';
import { standingPolicyFor } from '../../core/rights/standing-policy.ts';
import { putFirst } from '../../disk/yaml/edit.ts';
import { toolsetOf } from '../../engine/tools/toolset.ts';
import { failure } from '../../schema/fault.ts';
import { TOOLS } from '../../tools/all.ts';
import type { Definition, Outcome, Run } from '../command.ts';
import { edited, exactText, replaceExact } from '../own-files.ts';
import { policyEndShape } from '../shapes.ts';
import type { World } from '../world.ts';
import { type DecidedApproval, decide, decidedShape } from './decide.ts';

export const command = {
  name: 'approve',
  group: 'people',
  summary: 'Approve a pending action',
  examples: [
    { line: 'lemming approve A-12-coder_01-1', does: 'the next turn checks the action again and does it once' },
    {
      line: 'lemming approve A-12-coder_01-1 --option Coffee',
      does: 'answers a question with one of its options, named by its text or its number',
    },
    {
      line: 'lemming approve A-12-coder_01-1 --always',
      does: 'actions like it no longer need approval; adds a policy to org/org.yaml',
    },
    {
      line: 'lemming approve A-12-coder_01-1 --always --for 2h',
      does: 'the same for two hours; --turns 20 or --times 5 also end by themselves',
    },
  ],
  args: [{ name: 'id', about: 'the id of the action, from lemming approvals', of: ['approval'] }],
  flags: [
    { name: 'note', value: 'TEXT', about: 'a note to the agent' },
    { name: 'option', value: 'OPTION', about: 'the option of a question that you choose: its text or its number' },
    { name: 'answer', value: 'TEXT', about: 'your answer to a question that asks for a text' },
    { name: 'by', value: 'PERSON', about: 'the person who answers, if not you', right: 'owner' },
    {
      name: 'always',
      about: 'also approve similar actions of this agent from now on; lemming policies lists and revokes such rules',
    },
    { name: 'for', value: 'TIME', about: 'with --always: how long, such as 30m, 2h or 3d' },
    { name: 'turns', value: 'N', about: 'with --always: for so many turns' },
    { name: 'times', value: 'N', about: 'with --always: for so many actions' },
  ],
  reads: false,
  right: 'approvals',
  screen: [
    { key: 'a', on: 'approval', asks: ['answer', 'note'] },
    { key: 'A', action: 'approve-always', on: 'approval', asks: ['note'], flags: { always: true } },
  ],
  output: (z) =>
    decidedShape(z).extend({
      changed: z.array(z.string()),
      always: z.string().optional(),
      until: policyEndShape(z).optional(),
    }),
} as const satisfies Definition;

/** `changed`: what is no longer as it was shown, so that the act is held again. `always`: the policy that was added. */
export const run: Run<
  typeof command,
  DecidedApproval & { changed: string[]; always?: string; until?: PolicyEnd }
> = async (world, input) => {
  const until = endOf(world, input);
  const rule = input.flags.always ? await ruleFor(world, input.args.id) : null;
  const changed = await changedIn(world, input.args.id);
  const outcome = told(decide(world, input, 'approve'), changed);
  if (rule === null) return outcome;
  writePolicy(world, { act: rule, until });
  const span = until ? `${endText({ until })}, these need no approval` : 'From now on, these need no approval';
  const text = `${outcome.text}\n${span}: ${rule}. lemming policies lists and revokes such rules.`;
  return { ...outcome, data: { ...outcome.data, always: rule, ...(until && { until }) }, text };
};

/** The part of the input that concerns the end of a policy. */
interface EndInput {
  args: { id: string };
  flags: {
    always?: boolean | undefined;
    for?: string | undefined;
    turns?: string | undefined;
    times?: string | undefined;
  };
}

/** When the policy ends. Throws `usage` if the end is invalid, or if there is no policy. */
function endOf(world: World, { args, flags }: EndInput): PolicyEnd | undefined {
  const { for: time, turns, times } = flags;
  if (time === undefined && turns === undefined && times === undefined) return undefined;
  if (!flags.always)
    throw failure('usage', '--for, --turns and --times say when --always ends.', { remedy: 'Add --always.' });
  const { state } = readOrg(world);
  const { clock } = world.machine;
  return {
    ...(time === undefined ? {} : { time: timeAfter(clock.now(), time) }),
    ...(turns === undefined ? {} : { turn: state.clock.turn + countIn('--turns', turns) }),
    ...(times === undefined ? {} : { uses: countIn('--times', times), of: args.id }),
  };
}

function timeAfter(now: number, text: string): string {
  const limit = /^[1-9]\d{0,5}[smhd]$/.test(text) ? readTimeout(text) : null;
  if (limit && 'ms' in limit) return `${new Date(now + limit.ms).toISOString().slice(0, 19)}Z`;
  throw failure('usage', `--for takes a time such as 30m, 2h or 3d, not ${JSON.stringify(text)}.`);
}

function countIn(flag: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw failure('usage', `${flag} takes a whole number from 1 on, not ${JSON.stringify(text)}.`);
}

/** What is no longer as it was shown. */
async function changedIn(world: World, id: string): Promise<string[]> {
  const view = readOrg(world);
  if (!view.state.approvals.pending.has(id)) return [];
  return (await presentActs({ ...view, changes: folderChanges(view) })).get(id)?.changed ?? [];
}

function told(outcome: Outcome<DecidedApproval>, changed: string[]): Outcome<DecidedApproval & { changed: string[] }> {
  const data = { ...outcome.data, changed };
  if (changed.length === 0) return { ...outcome, data };
  const text = `${changedText(changed)} since the action was shown, so it is not done. The next turn shows it again in its present form.\nRun lemming approvals to see it.`;
  return { ...outcome, data, text };
}

/** The pattern of acts like a held one. Throws `refused` if no pattern can describe them. */
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
      ? `Run lemming approve ${id}. This tool needs approval each time.`
      : `Run lemming approve ${id}, or write your own pattern under policies: in org/org.yaml.`;
  throw failure('refused', `No policy can describe actions like ${id}, so approve only this one.`, { remedy });
}

function writePolicy(world: World, { act, until }: Pick<Policy, 'act' | 'until'>): void {
  const { disk } = readOrg(world);
  const file = 'org/org.yaml';
  const before = exactText(disk, file) ?? '';
  replaceExact(
    disk,
    file,
    before,
    edited(putFirst(before, ['policies'], { act, do: 'always', ...(until && { until }) }), file),
  );
}
