/** Makes one visit. */
import { rulesOf } from '../../core/journal/rules.ts';
import { attachmentsHint, permitRead } from '../../core/mail/attachments.ts';
import { UNATTACHED } from '../../core/mail/carried.ts';
import type { InboxMail } from '../../core/mail/inbox.ts';
import { ASKS, owesAnswer } from '../../core/mail/owed.ts';
import {
  type ActCall,
  type CallFailure,
  type JsonObject,
  type Part,
  ProviderError,
  type Reply,
} from '../../core/model/call.ts';
import { stepsOf } from '../../core/model/config.ts';
import type { Blame, Cause, PromptRef } from '../../core/model/entry.ts';
import { type Answer, answersFor } from '../../core/model/state/approvals.ts';
import { agentState } from '../../core/model/state/staff.ts';
import { isUnbegun, type Task } from '../../core/model/state/tasks.ts';
import { type ActContext, type Attachable, type Draft, NOTHING, type Stands } from '../../core/model/tool.ts';
import { type PermittedPath, permitPath } from '../../core/model/tool-path.ts';
import type { Finished } from '../../core/model/visit.ts';
import { BUDGET, balanceOf } from '../../core/money/ledger.ts';
import { forgetFailures, noteDropped } from '../../core/prompt/dropped-calls.ts';
import type { VisitPrompt } from '../../core/prompt/prompt.ts';
import { compacted, compactionOf } from '../../core/prompt/room.ts';
import { TOO_MUCH } from '../../core/prompt/unfinished.ts';
import { conditionWork } from '../../core/tasks/conditions.ts';
import { judge, type Toolbox, type Verdict } from '../../core/turn/judge.ts';
import { Repeats } from '../../core/turn/repeats.ts';
import { answerIn, answerTo, isOver, type Said, type StepResult } from '../../core/turn/visit-end.ts';
import { DiskError } from '../../disk/fs/disk.ts';
import { bytesHash } from '../../disk/fs/materialise.ts';
import type { Resume } from '../../schema/config/resume.ts';
import { copyWith } from '../../schema/copy.ts';
import { FaultError } from '../../schema/fault.ts';
import type { Message } from '../../schema/records/message.ts';
import { type CallAllowance, OutOfCredits } from '../calls/attempts.ts';
import { roomOf } from '../calls/context-window.ts';
import type { KnownCalls } from '../calls/recorded-calls.ts';
import type { Ports } from '../ports.ts';
import { blobOf, imagesOf, type Sight } from '../tools/images.ts';
import { firstBytes, textOf } from '../tools/tool-context.ts';
import type { ToolResult, Turn } from '../tools/turn-in-progress.ts';
import { doAct } from '../tools/use.ts';
import { type MadePrompt, noteBlobs, promptOfVisit, type VisitCause } from './visit-prompt.ts';

/** The most bytes of a file that are shown to a person before it is replaced. */
const MOST_SHOWN = 50_000;
/** The most characters of a reason in the journal. */
const MOST_REASON = 500;

/** How a visit ended. */
type VisitEnd = Pick<
  Finished,
  'outcome' | 'reason' | 'detail' | 'blame' | 'need' | 'budget' | 'model' | 'long' | 'settlesAll'
>;

/** A visit that is to be made: who, and for how much. */
export interface VisitPlan extends VisitCause {
  agent: string;
  resume: Resume;
  models: readonly string[];
  purse: CallAllowance;
  /** Micro-credits that its first call may cost at most. */
  need: number;
  /** What leaves it less than its own credits would: the limit of this run, or a budget of its work, such as `task x`. */
  bounded: string | null;
  /** Its prompt, where that was made to count what a call costs; null: not yet, or not any more. */
  made: MadePrompt | null;
}

interface VisitUnderWay extends VisitPlan {
  given: InboxMail;
  brief: VisitPrompt;
  /** Where calls wait for one another, those with urgent mail go first, then those with mail of a person. */
  priority: number;
  /** Images of the mail, if the model can see them. */
  sights: Sight[];
  /** How many calls of the visit have been answered. */
  answered: number;
}

/**
 * One agent's part of a turn: think, judge and use until no act asks for another call or the steps are used up. `draft` is
 * empty, except for what approved acts did before. Its failures stay its own; only failures of the disk or the lock and
 * interruptions are thrown.
 */
export async function visit(turn: Turn, toolbox: Toolbox, plan: VisitPlan, draft: Draft): Promise<Finished> {
  const made = plan.made ?? promptOfVisit(turn, toolbox, plan.resume, plan);
  plan.made = null;
  const looks = turn.config.models.get(plan.models[0] ?? '')?.images === true;
  const { bare } = made.given;
  const sights = looks && !bare ? imagesOf(turn.ports.disk, turn.state, made.given.mail) : [];
  const briefed: VisitUnderWay = copyWith(copyWith(plan, made), {
    priority: priorityOf(turn, made.given),
    sights,
    answered: 0,
  });
  const { mail, reminded = [] } = made.given;
  const answers = answersFor(turn.state.approvals, plan.agent);
  const about = reminded.length ? [...reminded, ...mail] : mail;
  const { task } = made.given;
  const scene = actContextOf(turn, plan.resume, causesOf(about, answers), draft, task ? { task } : {});
  const told = agentState(turn.state.staff, plan.agent).notices.length;
  const finished = {
    agent: plan.agent,
    resume: plan.resume,
    given: mail,
    ...(task && { task }),
    ...(reminded.length > 0 && { reminded }),
    told: bare ? 0 : told,
    answers: bare ? [] : answers,
    draft: scene.draft,
    summary: plan.summary && !bare,
    ...(plan.unpaid && { unpaid: plan.unpaid }),
    ...(bare && { leftOut: made.brief.leftOut }),
  };
  try {
    const unmet = task && (await unmetIn(turn, plan, scene, task));
    if (unmet) return copyWith(finished, { outcome: 'skipped' as const, reason: unmet });
    noteBlobs(turn, [...briefed.brief.blobs, ...sights.map(blobOf)]);
    return copyWith(finished, await converse(turn, toolbox, briefed, scene));
  } catch (error) {
    if (isOfTheEngine(error) || error instanceof FaultError || turn.signal.aborted) throw error;
    return copyWith(finished, endBy(error, briefed, turn.mask));
  }
}

/** The unmet conditions of a task; null if it can begin, or has begun. */
async function unmetIn(turn: Turn, plan: VisitPlan, scene: ActContext, task: Task): Promise<string | null> {
  const tool = isUnbegun(task.status) ? conditionWork(turn.config, task, task.requires) : null;
  if (!tool) return null;
  const call = { id: 'requires', tool: 'task', input: { requires: task.id } };
  const key = { turn: turn.number, agent: plan.agent, n: 1, act: 0 };
  const { ok, text } = await doAct(turn, plan.resume, scene, { is: 'use', tool, value: null, cost: 0 }, call, key);
  return ok ? null : text;
}

/** The mail that the visit is about: its own, and the mail of the visits in which it asked what was answered now. */
function causesOf(mail: readonly Cause[], answers: readonly Answer[]): readonly Cause[] {
  if (answers.length === 0) return mail;
  const asked = new Map(answers.flatMap(({ cause }) => cause.map((one) => [one.id, one])));
  for (const { id } of mail) asked.delete(id);
  return [...asked.values(), ...mail];
}

/** Failures in an agent's own folder concern only that agent. */
function isOfTheEngine(error: unknown): boolean {
  return error instanceof DiskError && !(error.failure === 'denied' && error.path.startsWith('agents/'));
}

function priorityOf({ config }: Turn, { mail }: InboxMail): number {
  if (mail.some(({ priority }) => priority === 'urgent')) return 2;
  return mail.some(({ from }) => config.agents.get(from)?.person) ? 1 : 0;
}

/** What the acts of an agent are judged against in this turn. `more`: additions for an act that a person approved. */
export function actContextOf(
  turn: Pick<Turn, 'config' | 'state' | 'number' | 'mask'> & {
    ports: Pick<Ports, 'disk'>;
    recorded: Pick<KnownCalls, 'stood'>;
  },
  resume: Resume,
  given: readonly Cause[],
  draft: Draft,
  more: Pick<ActContext, 'approved' | 'left' | 'task'> = {},
): ActContext {
  const { config, state, number, recorded } = turn;
  const { disk } = turn.ports;
  const reader = { state, resume, given };
  const bytesIn = ({ path, also = [] }: Pick<PermittedPath, 'path' | 'also'>) => {
    const left = draft.wrote.get(path) ?? more.left?.get(path);
    if (left) return bytesOf(left.text);
    return firstBytes(disk, [path, ...also]);
  };
  const attach = (path: string): Attachable | { why: string } => {
    const permitted = permitRead(reader, path, isAnywhere);
    if (!permitted.ok) return { why: permitted.text };
    const bytes = bytesIn(permitted);
    if (typeof bytes === 'string')
      return { why: `There is no file ${JSON.stringify(path)}.${attachmentsHint(reader, path)}` };
    const tainted = permitted.tainted ?? state.rights.tainted.has(permitted.path);
    const data = Buffer.from(bytes).toString('base64');
    return { data, from: permitted.path, ...(tainted ? { tainted: true } : {}) };
  };
  const found = (place: PermittedPath): Omit<Stands, 'path'> => {
    const bytes = bytesIn(place);
    if (typeof bytes === 'string') return { hash: bytes, text: null };
    const text = textOf(bytes, MOST_SHOWN);
    return { hash: bytesHash(bytes), text: text === null ? null : turn.mask(text) };
  };
  const stands = (path: string, toAttach?: true): Stands | null => {
    const permitted = toAttach ? permitRead(reader, path, isAnywhere) : permitPath(resume, path);
    if (!permitted.ok) return null;
    const known = recorded.stood(resume.name, permitted.path, more.approved);
    return { path: permitted.path, ...(known ?? found(permitted)) };
  };
  return { config, state, turn: number, agent: resume.name, resume, given, draft, attach, stands, ...more };
}

const isAnywhere = (): boolean => true;

/** A text as a file holds it. */
export function bytesOf(text: string | null): Uint8Array | typeof NOTHING {
  return text === null ? NOTHING : Buffer.from(text);
}

async function converse(turn: Turn, toolbox: Toolbox, plan: VisitUnderWay, scene: ActContext): Promise<VisitEnd> {
  const steps = stepsOf(turn.config, plan.resume);
  let parts: Part[] = plan.brief.prompt.parts;
  let ref: PromptRef = {
    system: plan.brief.systemHash,
    pieces: plan.brief.pieces,
    max: plan.brief.prompt.maxOutputTokens,
    ...(plan.sights.length > 0 && { images: plan.sights.map((sight) => sight.ref) }),
  };
  const room = turn.sent ? Infinity : roomOf(turn.config, plan.resume);
  let count = 0;
  const repeats = new Repeats();
  const said: Said[] = [];
  let again = true;
  let isByRules = true;
  for (let n = 1; n <= steps; n++) {
    keepPromises(turn, plan, scene);
    const reply = await ask(turn, plan, count > 0 ? compacted(parts, count) : parts, ref, n);
    plan.answered = n;
    scene.draft.via = plan.purse.via;
    isByRules &&= reply.ends === true;
    note(reply.text.trim(), !again, scene.draft, said);
    const step = await doActs(turn, toolbox, plan, scene, reply.acts, n);
    again = step.again;
    if (isOver(reply, step, scene.draft.done) && !isUnanswered(toolbox, scene, { said, isByRules }, step))
      return endOf(isByRules);
    if (scene.draft.done) goOn(scene.draft, step.results);
    const made = tellRepeats(repeats, n, reply.acts, step.results, step.sorts);
    tellLeft(made, steps, n);
    if (repeats.loop !== null) return { outcome: 'cut', reason: 'looped', detail: repeats.loop };
    const told = turn.sent?.results(plan.agent, n + 1) ?? made;
    parts = [
      ...parts,
      { role: 'assistant', text: reply.text, acts: reply.acts },
      ...told.map((r) => ({ role: 'tool' as const, ...r })),
    ];
    const cuts = compactionOf(room, plan.brief.blobs[0]?.text ?? '', parts, count);
    if (cuts > count) repeats.forget(n);
    count = cuts;
    ref = { after: n, results: told, ...(count > 0 && { compacted: count }) };
  }
  return again ? { outcome: 'cut', reason: 'steps', detail: usedUp(steps) } : endOf(isByRules);
}

function note(text: string, isClosing: boolean, { notes }: Draft, said: Said[]): void {
  if (text === '') return;
  notes.push(text);
  said.push({ text, isClosing });
}

function endOf(isByRules: boolean): VisitEnd {
  return isByRules ? { outcome: 'ok', settlesAll: true } : { outcome: 'ok' };
}

/** The result that `done` gets if one of the other calls in the reply failed. */
function goOn(draft: Draft, results: readonly ToolResult[]): void {
  draft.done = null;
  for (const result of results)
    if (result.tool === 'done' && result.ok)
      result.text = 'Not yet: one of your calls failed. Call done again afterwards.';
}

/** For each call: whether it changed something, and whether the engine refused it. */
type Sort = { changes: boolean; refused: boolean };

/** The results of a step, with notes on repeated calls. */
function tellRepeats(
  repeats: Repeats,
  n: number,
  acts: readonly ActCall[],
  results: readonly ToolResult[],
  sorts: readonly Sort[],
): ToolResult[] {
  return results.map(({ id, tool, text, ok }, i) => {
    const told = repeats.tell(n, acts[i] as ActCall, { text, ok, ...sorts[i] });
    return { id, tool, text: told, ok };
  });
}

/** Replies that are left when the model is told so, in a visit that may have many. */
const FEW = 5;
const MANY = 20;

/** Before the last reply of a visit, and some replies earlier, the model is told so. */
function tellLeft(results: readonly ToolResult[], steps: number, n: number): void {
  const last = results.at(-1);
  const left = steps - n;
  if (!last || (left !== 1 && (left !== FEW || steps < MANY))) return;
  const told = left === 1 ? 'Your next reply is the last one of this visit.' : `${FEW} replies are left in this visit.`;
  last.text = `${last.text}\n[${told}]`;
}

function usedUp(steps: number): string {
  return steps === 1 ? 'its only reply was used up' : `its ${steps} replies were used up`;
}

/** What an agent gave away with a hire it spends on nothing else. */
function keepPromises({ config, state }: Turn, { agent, purse }: VisitPlan, { draft }: ActContext): void {
  if (draft.promised > 0) purse.left = Math.min(purse.left, balanceOf(config, state, agent).left - draft.promised);
}

async function ask(turn: Turn, plan: VisitUnderWay, parts: Part[], ref: PromptRef, n: number): Promise<Reply> {
  const { prompt: first } = plan.brief;
  const text = n === 1 ? first : copyWith(first, { parts, n });
  const prompt = plan.sights.length > 0 ? copyWith(text, { images: plan.sights.map(({ image }) => image) }) : text;
  const reply = await turn.calls.think(
    turn.config,
    { models: plan.models, first: plan.resume.model[0] ?? '' },
    {
      prompt,
      ref,
      systemHash: plan.brief.systemHash,
      images: plan.sights.map(({ ref }) => ref),
      unit: plan.resume.unit ?? null,
      purse: plan.purse,
      recorded: turn.recorded,
      priority: plan.priority,
      signal: turn.signal,
      listen: turn.listen,
    },
  );
  return rulesOf(turn.open) < RULES_WITH_DONE ? copyWith(reply, { ends: true as const }) : reply;
}
/** Under earlier rules, visits ended with the first reply that asked for no result. */
const RULES_WITH_DONE = 3;

/** The effects of the acts in a reply, with their results. */
interface StepOutcome extends StepResult {
  results: ToolResult[];
  sorts: Sort[];
}

async function doActs(
  turn: Turn,
  toolbox: Toolbox,
  plan: VisitUnderWay,
  scene: ActContext,
  acts: readonly ActCall[],
  n: number,
): Promise<StepOutcome> {
  const { draft } = scene;
  const results: ToolResult[] = [];
  const sorts: Sort[] = [];
  let again = false;
  let failed = false;
  forgetFailures(draft.undone);
  for (const [i, call] of acts.entries()) {
    const key = { turn: turn.number, agent: plan.agent, n, act: i + 1 };
    keepPromises(turn, plan, scene);
    draft.doing = `${n}.${i + 1}`;
    const before = { held: draft.held.length, stopped: draft.stopped };
    const verdict = judge(toolbox, scene, call, false, (cost) => cost <= plan.purse.left);
    if ('cost' in verdict) plan.purse.left -= verdict.cost;
    const result = await doAct(turn, plan.resume, scene, verdict, call, key);
    const rule = verdict.is === 'refused' ? verdict.rule : draft.stopped > before.stopped ? 'stopped' : null;
    noteDropped(draft.undone, call, { ok: result.ok || draft.held.length > before.held, text: result.text }, rule);
    results.push(result);
    again ||= wantsResult(verdict);
    failed ||= !result.ok;
    sorts.push({ changes: isDeed(verdict), refused: rule !== null });
  }
  draft.doing = String(n); // plain text belongs to no act
  return { results, again, failed, sorts };
}

/** What it does is more than looking. */
function isDeed(verdict: Verdict): boolean {
  return verdict.is === 'done' || (verdict.is === 'use' && verdict.tool.touches !== 'pure');
}

function wantsResult(verdict: Verdict): boolean {
  return verdict.is === 'use' || verdict.is === 'refused' || (verdict.is === 'done' && verdict.asks);
}

/**
 * Sends the answer of `done`. Without one, the text of the visit goes to each person who wrote and got no message. No tool is
 * used, so nothing is paid. Returns whether the answer of `done` was refused; its result is then the refusal.
 */
function isUnanswered(
  toolbox: Toolbox,
  scene: ActContext,
  { said, isByRules }: { said: readonly Said[]; isByRules: boolean },
  step: StepOutcome,
): boolean {
  const { config, state, agent, given, draft } = scene;
  const answer = draft.done?.answer;
  // if a person's work was delegated, this text is not the answer yet
  const isDelegated = !isByRules && draft.sent.some(({ message }) => ASKS.has(message.kind));
  if (answer === undefined) {
    const body = answerIn(said);
    const kind = isDelegated ? 'status' : 'message';
    if (body !== undefined)
      for (const to of peopleWithout(scene, isByRules)) judge(toolbox, scene, sending({ to, body, kind }));
    return false;
  }
  const verdicts = answerTo(config, state, agent, given).map((to) => {
    const kind = isDelegated && config.agents.get(to)?.person ? 'status' : 'response';
    return judge(toolbox, scene, sending({ to, body: answer, kind }));
  });
  const refusal = verdicts.find((verdict) => verdict.is === 'refused' && verdict.rule !== 'already-sent');
  if (refusal?.is !== 'refused') return false;
  draft.done = null;
  step.again = true;
  const text = refusal.rule === UNATTACHED ? NO_FILES : refusal.text;
  for (const result of step.results) if (result.tool === 'done') Object.assign(result, { ok: false, text });
  return true;
}
const NO_FILES =
  'The answer speaks of an attachment, but done brings no files. Send it with send_message and its attachments, or call done again as it is.';

function sending(input: JsonObject): ActCall {
  return { id: 'answer', tool: 'send_message', input };
}

/**
 * People who wrote and got no message in this visit. A visit that an approval caused is about earlier mail as well, to which a
 * model owes no second answer.
 */
function peopleWithout({ config, state, agent, given, draft }: ActContext, isByRules: boolean): Set<string> {
  const isOpen = ({ id }: Cause): boolean =>
    isByRules || state.mail.waiting.get(id)?.waiting.includes(agent) === true || owesAnswer(state, agent, id);
  const people = given.flatMap((mail) => (config.agents.get(mail.from)?.person && isOpen(mail) ? [mail.from] : []));
  return new Set(people.filter((name) => !draft.sent.some(({ message }) => isTo(message, name))));
}

/** Whether its author addressed it to somebody, or a route sent it there. */
function isTo({ to, addressed = [] }: Message, name: string): boolean {
  return to.includes(name) || addressed.includes(name);
}

/** What ran out, or what failed. Reasons are kept without secrets. */
function endBy(error: unknown, plan: VisitUnderWay, redact: (text: string) => string): VisitEnd {
  const say = (text: string): string => redact(text).slice(0, MOST_REASON);
  if (error instanceof OutOfCredits) {
    const { bounded } = plan;
    const blame = bounded === null ? 'credits' : 'budget';
    const cut: VisitEnd = { outcome: 'cut', reason: 'credits', detail: say(error.message), blame };
    if (bounded !== null && bounded !== BUDGET) cut.budget = bounded;
    return error.need === undefined ? cut : { need: error.need, ...cut };
  }
  if (!(error instanceof ProviderError)) {
    const text = error instanceof Error ? error.message : String(error);
    return { outcome: 'failed', reason: say(`internal: ${text}`), blame: 'internal' };
  }
  if (error.failure === 'incomplete') return { outcome: 'cut', reason: 'tokens', detail: say(error.message) };
  const isLong = error.failure === 'too-long';
  if (isLong && plan.answered > 0) return { outcome: 'cut', reason: 'tokens', detail: TOO_MUCH };
  const reason = say(`${error.failure}: ${error.message}`);
  const blame = blameOf(error.failure, plan.answered > 0);
  if (blame !== 'refused') return { outcome: 'failed', reason, blame };
  return { outcome: 'failed', reason, blame, model: plan.purse.asked ?? '', ...(isLong && { long: isLong }) };
}

function blameOf(failure: CallFailure, isAnswered: boolean): Blame {
  if (failure === 'malformed') return 'reply';
  if (failure === 'refused' || failure === 'too-long') return isAnswered ? 'reply' : 'refused';
  return failure === 'bad-request' ? 'config' : 'provider';
}
