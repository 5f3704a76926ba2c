/** A chat session: sends lines, makes turns and shows the answers. */

import { readOrg } from '../../../app/read-org.ts';
import { post } from '../../../app/requests.ts';
import { withEngine } from '../../../app/run-engine.ts';
import { type OutgoingFile, reach, sendMessage } from '../../../app/send.ts';
import { questionOf, wishOf } from '../../../core/approvals/question.ts';
import type { Approval } from '../../../core/model/state/approvals.ts';
import { inboxOf, type Mail } from '../../../core/model/state/mail.ts';
import type { State } from '../../../core/model/state.ts';
import { countCredits, printCredits, spendable } from '../../../core/money/ledger.ts';
import { lockHolder } from '../../../disk/fs/lock.ts';
import { FolderWatcher } from '../../../disk/fs/watcher.ts';
import { load } from '../../../engine/journal/load.ts';
import type { Engine } from '../../../engine/turn/engine.ts';
import { inCredits } from '../../../schema/amount.ts';
import { FaultError } from '../../../schema/fault.ts';
import { padTurn } from '../../../schema/name.ts';
import { mailRow } from '../../../views/mail/mail.ts';
import { count, oneLine, unmarked } from '../../../views/text/table.ts';
import { fileToSend } from '../../message-args.ts';
import { RunProgress } from '../../run/progress.ts';
import type { World } from '../../world.ts';
import { StreamView } from './stream-view.ts';
import { type Need, needOf } from './waiting-for.ts';

/** Milliseconds between two looks at the org while another engine works: after a change, and at the latest. */
const REST_MS = 100;
const POLL_MS = 400;
/** The most turns that one line may cause. */
const MOST_TURNS = 50;

/** A conversation of a person with an agent at the keyboard. */
export class ChatSession {
  readonly person: string;
  agent = '';
  thread = '';
  private readonly world: World;
  private readonly scribe: StreamView;
  private attached: OutgoingFile[] = [];
  /** Messages that were shown, or existed at the start. */
  private readonly shown = new Set<string>();
  /** The ids of the person's own lines, in order. */
  private readonly lines: string[] = [];
  private asked = 0;
  private answered = 0;
  private micro = 0;
  private last: 'answered' | 'silent' | 'failing' = 'answered';
  /** The turn that was finished although the person asked to stop. */
  private finished: number | null = null;

  constructor(world: World, person: string) {
    this.world = world;
    this.person = person;
    this.scribe = new StreamView(world, person, readOrg(world).mask);
  }

  /** Continues with another agent in a new conversation. Throws like `reach`. */
  turnTo(agent: string): void {
    const { state } = readOrg(this.world);
    this.goOnIn(`chat-${padTurn(state.clock.turn + 1)}-${this.world.machine.clock.token().slice(0, 6)}`, agent);
  }

  /** Continues with an agent in an existing conversation. Throws like `reach`. */
  goOnIn(thread: string, agent: string): void {
    const view = readOrg(this.world);
    reach(view, this.person, [agent]);
    this.agent = agent;
    this.scribe.partner = agent;
    this.thread = thread;
    this.lines.length = 0;
    this.noteLines(view.state);
  }

  /** Keeps the present content of a file for the next line. */
  attach(file: string): void {
    this.attached.push(fileToSend(this.world, readOrg(this.world), file));
    this.world.say('The file will be attached to your next line.');
  }

  /** Sends a line, and makes turns until it is answered. */
  async ask(body: string): Promise<void> {
    const { agent, thread, attached } = this;
    const view = readOrg(this.world);
    const { path } = sendMessage(view, this.person, { to: [agent], body, thread }, attached);
    this.attached = [];
    this.asked++;
    this.last = 'silent';
    const elsewhere = this.elsewhere(view.state);
    await this.work((engine) => this.untilAnswered(engine, path));
    this.tellRest(elsewhere);
  }

  /** Makes turns for a line that was not answered yet. */
  async goOn(): Promise<void> {
    if (this.last === 'answered') return this.world.say('It will be done in the next turn. /step makes one.');
    await this.work((engine) => this.untilAnswered(engine, null));
    this.tellRest(Number.POSITIVE_INFINITY);
  }

  /** Makes one turn, for everybody who is due or only for one agent. */
  step(only?: string): Promise<void> {
    return this.work((engine) => this.turn(engine, new RunProgress(this.world, engine), only));
  }

  /** Uses an engine of its own; while another one works, that one's turns bring the answer. */
  private async work(make: (engine: Engine) => Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await withEngine(this.world, 'chat', make);
      } catch (error) {
        if (!(error instanceof FaultError) || error.fault.code !== 'locked') throw error;
        if (await this.waitForAnswer()) return;
      } finally {
        this.scribe.clear();
      }
    }
  }

  /** Only agents with mail of this conversation get a turn: first the partner, then those it asked. */
  private async untilAnswered(engine: Engine, path: string | null): Promise<void> {
    const disk = this.world.machine.disk(this.world.root);
    const teller = new RunProgress(this.world, engine);
    engine.begin();
    for (let turns = 0; turns < MOST_TURNS && !this.world.signal.aborted; turns++) {
      const waits = path !== null && disk.stat(path) !== null;
      engine.idle();
      const need: Need = waits ? { agent: this.agent } : needOf(engine.config, engine.state, this.thread);
      if (need === 'failing') this.last = 'failing';
      if (typeof need === 'string') return;
      await this.turn(engine, teller, need.agent);
      if (this.last === 'answered') return;
    }
  }

  private async turn(engine: Engine, teller: RunProgress, only?: string): Promise<void> {
    const { signal, interactive } = this.world;
    const report = await engine.turn({
      ...(only === undefined ? {} : { only }),
      ...(interactive ? { listen: this.scribe.listen } : {}),
    });
    this.scribe.clear();
    this.micro += report.spent;
    if (signal.aborted) this.finished = report.turn;
    teller.tell(report);
    const ids = this.show(engine.state);
    if (ids.length)
      engine.post([
        { k: 'request', request: { ask: 'read', by: this.person, ids }, time: this.world.machine.clock.now() },
      ]);
  }

  /** Waits while another engine runs; false if that ended without an answer. */
  private async waitForAnswer(): Promise<boolean> {
    const bell = new FolderWatcher(this.world.root);
    try {
      return await this.waitFor(bell);
    } finally {
      await bell.close();
    }
  }

  private async waitFor(bell: FolderWatcher): Promise<boolean> {
    const disk = this.world.machine.disk(this.world.root);
    const host = this.world.machine.host(this.world.root);
    const kept = this.world.machine.kept(this.world.root, this.world.env, disk);
    const holder = lockHolder(disk, host);
    if (holder) this.world.say(`Waiting for lemming ${holder.command} (process ${holder.pid}), which is making turns.`);
    while (!this.world.signal.aborted) {
      const ids = this.show(load(disk, kept).state);
      if (ids.length) post(this.world, this.person, [{ ask: 'read', ids }]);
      if (this.last === 'answered') return true;
      if (!lockHolder(disk, host)) return false;
      await bell.wait(REST_MS, POLL_MS, this.world.signal);
    }
    return true;
  }

  private noteLines(state: State): void {
    for (const { id, from } of state.mail.threads.get(this.thread) ?? [])
      if (from === this.person && !this.lines.includes(id)) this.lines.push(id);
  }

  /** Prints new mail to the person in this conversation, and returns the ids. */
  private show(state: State): string[] {
    this.noteLines(state);
    const fresh = inboxOf(state.mail, this.person).filter((mail) => this.isOurs(mail) && !this.shown.has(mail.id));
    for (const mail of fresh) this.print(mail, state);
    return fresh.map((mail) => mail.id);
  }

  /** An answer to one of our lines belongs here, whatever its conversation. */
  private isOurs({ thread, reply_to }: Mail): boolean {
    return thread === this.thread || (reply_to !== undefined && this.lines.includes(reply_to));
  }

  private print(mail: Mail, state: State): void {
    this.shown.add(mail.id);
    const { world } = this;
    world.print(world.json ? JSON.stringify(mailRow(state, mail, [])) : `${mail.from}: ${unmarked(mail.body)}`);
    if (this.last === 'answered' || !this.answers(mail)) return;
    this.last = 'answered';
    this.answered++;
  }

  /** Whether a message answers the last line. Answers to earlier lines, and messages of others, are shown but do not. */
  private answers({ from, reply_to }: Mail): boolean {
    if (reply_to !== undefined && this.lines.includes(reply_to)) return reply_to === this.lines.at(-1);
    return from === this.agent;
  }

  /** The number of unread messages in other conversations. */
  private elsewhere(state: State): number {
    return inboxOf(state.mail, this.person).filter((mail) => !this.isOurs(mail)).length;
  }

  /** Says why there is no answer, and what else arrived. */
  private tellRest(before: number): void {
    if (this.world.signal.aborted) return;
    const { state } = readOrg(this.world);
    const more = this.elsewhere(state) - before;
    if (more > 0) this.world.say(`${count(more, 'message')} arrived in other conversations (/inbox)`);
    if (this.last === 'answered') return;
    const held = [...state.approvals.pending.values()].filter((one) => one.answer === null);
    const reason = state.staff.agents.get(this.agent)?.lastReason || 'no agent is due';
    const why = state.staff.paused ? 'the organisation is paused (lemming resume continues)' : reason;
    this.world.say(`No reply from ${this.agent}: ${why}. lemming history ${this.thread} shows the conversation.`);
    for (const approval of held) this.world.say(heldLine(approval));
  }

  /** The cost of the session so far, and what the agent has left. */
  cost(): string {
    const { config, state } = readOrg(this.world);
    return `${countCredits(this.micro)} spent in this chat; ${this.agent} has ${printCredits(spendable(config, state, this.agent))} left`;
  }

  /** What happened to the work after the person asked to stop. */
  stopped(): string {
    const { finished, agent, thread, asked } = this;
    const what = finished === null ? 'no turn was in progress' : `turn ${finished} was finished`;
    return `Stopped as you asked; ${what}.${asked > 0 ? ` To continue: lemming chat ${agent} --thread ${thread}` : ''}`;
  }

  summary() {
    const { agent, thread, asked, answered, micro } = this;
    return { agent, thread, lines: asked, answered, spent: inCredits(micro) };
  }

  /** 0 if the last line was answered, 8 if a provider prevented that, otherwise 1. */
  exit(): number {
    return { answered: 0, failing: 8, silent: 1 }[this.last];
  }
}

/** What an agent wants to do, and how to answer in the chat. */
function heldLine(approval: Approval): string {
  const { id, agent, run } = approval;
  const asked = questionOf(approval);
  if (!asked) return `${wishOf(approval)}. Answer with /approve ${id} or /deny ${id}`;
  const options = asked.options.map((option, i) => `${i + 1} ${option}`).join(' / ');
  const ways = [asked.options.length && `/option ${id} N`, asked.freeText && `/answer ${id} TEXT`].filter(Boolean);
  const how = ways.length ? ways.join(' or ') : `/approve ${id} or /deny ${id}`;
  return `${run === undefined ? `${agent} asks` : wishOf(approval)}: ${oneLine(asked.question)}${options && ` (${oneLine(options)})`}. Answer with ${how}`;
}
