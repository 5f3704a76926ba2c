import { balanceOf, printCredits } from '../core/ledger.ts';
import { inboxOf, type Mail, type State } from '../core/state.ts';
import { realClock } from '../disk/clock.ts';
import { realHost } from '../disk/host.ts';
import { lockHolder } from '../disk/lock.ts';
import { realDisk } from '../disk/real.ts';
import type { Engine } from '../engine/engine.ts';
import { load } from '../engine/load.ts';
import { post, reach, readOrg, sendLetter, withEngine } from '../engine/open.ts';
import { FaultError } from '../schema/fault.ts';
import { padTurn } from '../schema/name.ts';
import { mailRow } from '../views/mail.ts';
import type { World } from './command.ts';
import { layBeside } from './letter.ts';
import { Teller } from './progress.ts';

/** Milliseconds between two looks at the org while another engine works. */
const POLL_MS = 400;
/** Turns that one line may cause. */
const MOST_TURNS = 50;

/** A conversation of a person with an agent, as the keyboard leads it. */
export class Talk {
  private readonly world: World;
  private readonly person: string;
  private agent = '';
  private thread = '';
  private attached: string[] = [];
  /** Messages that were shown. */
  private readonly shown = new Set<string>();
  /** Ids of the person's own lines, in order. */
  private readonly lines: string[] = [];
  private asked = 0;
  private answered = 0;
  private micro = 0;
  private last: 'answered' | 'silent' | 'failing' = 'answered';

  constructor(world: World, person: string) {
    this.world = world;
    this.person = person;
  }

  /** Goes on with another agent, in a new conversation. Throws as `reach` does. */
  turnTo(agent: string): void {
    const { config, state } = readOrg(this.world);
    reach(config, this.person, [agent]);
    this.agent = agent;
    this.thread = `chat-${padTurn(state.turn + 1)}-${realClock.token().slice(0, 6)}`;
    this.lines.length = 0;
  }

  /** Lays a file beside the next line. */
  attach(file: string): void {
    this.attached.push(layBeside(this.world, readOrg(this.world), this.person, file));
    this.world.say('It goes with your next line.');
  }

  /** Sends a line, and lets the org work until it is answered. */
  async ask(body: string): Promise<void> {
    const { agent, thread, attached } = this;
    const letter = { to: [agent], body, thread, ...(attached.length ? { attachments: attached } : {}) };
    const { path } = sendLetter(readOrg(this.world), this.person, letter);
    this.attached = [];
    this.asked++;
    this.last = 'silent';
    await this.work((engine) => this.untilAnswered(engine, path));
    this.tellSilence();
  }

  /** Makes one turn for everybody who is due. */
  step(): Promise<void> {
    return this.work((engine) => this.turn(engine, new Teller(this.world, engine)));
  }

  /** With an engine of our own; while another one works, its turns bring the answer. */
  private async work(make: (engine: Engine) => Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await withEngine(this.world, 'chat', make);
      } catch (error) {
        if (!(error instanceof FaultError) || error.fault.code !== 'locked') throw error;
        if (await this.waitForAnswer()) return;
      }
    }
  }

  /** First only the agent itself; the others when it did not answer at once. */
  private async untilAnswered(engine: Engine, path: string): Promise<void> {
    const disk = realDisk(this.world.root);
    const teller = new Teller(this.world, engine);
    for (let turns = 0; turns < MOST_TURNS && !this.world.signal.aborted; turns++) {
      const taken = disk.stat(path) === null;
      if (taken && engine.idle() !== 'busy') break;
      await this.turn(engine, teller, taken ? undefined : this.agent);
      if (this.last === 'answered') return;
    }
    if (engine.idle() === 'failing') this.last = 'failing';
  }

  private async turn(engine: Engine, teller: Teller, only?: string): Promise<void> {
    const report = await engine.turn(only === undefined ? {} : { only });
    this.micro += report.spent;
    teller.tell(report);
    const ids = this.show(engine.state);
    if (ids.length)
      engine.post([{ k: 'request', request: { ask: 'read', by: this.person, ids }, time: realClock.now() }]);
  }

  /** Waits while another engine runs; false when it has ended without an answer. */
  private async waitForAnswer(): Promise<boolean> {
    const disk = realDisk(this.world.root);
    const host = realHost(this.world.root);
    const holder = lockHolder(disk, host);
    if (holder) this.world.say(`Waiting for the turns of lemming ${holder.command} (process ${holder.pid}).`);
    while (!this.world.signal.aborted) {
      const ids = this.show(load(disk).state);
      if (ids.length) post(this.world, this.person, [{ ask: 'read', ids }]);
      if (this.last === 'answered') return true;
      if (!lockHolder(disk, host)) return false;
      await realClock.sleep(POLL_MS, this.world.signal).catch(() => {});
    }
    return true;
  }

  /** Prints what came for the person in this conversation, and returns the ids. */
  private show(state: State): string[] {
    for (const { id, from } of state.threads.get(this.thread) ?? [])
      if (from === this.person && !this.lines.includes(id)) this.lines.push(id);
    const fresh = inboxOf(state, this.person).filter((mail) => mail.thread === this.thread && !this.shown.has(mail.id));
    for (const mail of fresh) this.print(mail);
    return fresh.map((mail) => mail.id);
  }

  /** An answer to an earlier line is shown, but does not answer the last one. */
  private print(mail: Mail): void {
    this.shown.add(mail.id);
    const { world, lines } = this;
    world.print(world.json ? JSON.stringify(mailRow(mail, [])) : `${mail.from}: ${mail.body}`);
    const late = mail.reply_to !== undefined && lines.slice(0, -1).includes(mail.reply_to);
    if (late || this.last === 'answered') return;
    this.last = 'answered';
    this.answered++;
  }

  private tellSilence(): void {
    if (this.last === 'answered' || this.world.signal.aborted) return;
    const { state } = readOrg(this.world);
    const reason = state.agents.get(this.agent)?.lastReason || 'nobody is due any more';
    const why = state.paused ? 'the organisation is paused: lemming resume' : reason;
    this.world.say(`No answer from ${this.agent}: ${why}. lemming history ${this.thread} shows the conversation.`);
  }

  /** What the talk cost so far, and what the agent has left. */
  cost(): string {
    const { config, state } = readOrg(this.world);
    return `${printCredits(this.micro)} credits spent in this talk; ${this.agent} has ${printCredits(balanceOf(config, state, this.agent).left)} left`;
  }

  summary(): object {
    const { agent, thread, asked, answered, micro } = this;
    return { agent, thread, lines: asked, answered, spent: micro / 1e6 };
  }

  /** 0 when the last line was answered, 8 when a provider kept it from that, else 1. */
  exit(): number {
    return { answered: 0, failing: 8, silent: 1 }[this.last];
  }
}
