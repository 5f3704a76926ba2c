/** Opens an organisation for a program. */
import { resolve } from 'node:path';
import type { DataOf, Leaf, Run } from '../../commands/command.ts';
import * as costs from '../../commands/look/costs.ts';
import * as status from '../../commands/look/status.ts';
import * as approvals from '../../commands/people/approvals.ts';
import * as approve from '../../commands/people/approve.ts';
import * as deny from '../../commands/people/deny.ts';
import * as history from '../../commands/people/history.ts';
import * as inbox from '../../commands/people/inbox.ts';
import * as read from '../../commands/people/read.ts';
import * as reply from '../../commands/people/reply.ts';
import * as send from '../../commands/people/send.ts';
import * as run from '../../commands/run/run.ts';
import * as bootstrap from '../../commands/start/bootstrap.ts';
import type { World } from '../../commands/world.ts';
import { realMachine } from '../../engine/machine.ts';
import { failure } from '../../schema/fault.ts';
import { asFault } from '../cli/faults.ts';
import { inputFor } from '../mcp/tool.ts';
import { follow } from './follow.ts';
import type { Approval, Effect, Ledger, Message, Org } from './org.ts';

/** Options for opening an organisation. */
interface OpenOptions {
  /** Where there is no organisation yet, it is made from this template ("default" is the sample), or for this purpose. */
  template?: string;
  purpose?: string;
  /** The environment, with the keys of providers. By default that of the process. */
  env?: Record<string, string | undefined>;
}

/**
 * Opens the organisation in a folder. Where there is none, makes it first if `template` or `purpose` is given; otherwise
 * rejects with the fault `no-org`.
 */
export async function open(folder: string, options: OpenOptions = {}): Promise<Org> {
  const { env = process.env, ...made } = options;
  const root = resolve(folder);
  if (made.template !== undefined || made.purpose !== undefined)
    await perform(
      bootstrap.command,
      bootstrap.run,
      { ...made, dir: root },
      worldOf('', env, new AbortController().signal),
    );
  demandOrg(root);
  return new Opened(root, env);
}

function demandOrg(root: string): void {
  if (!realMachine.disk(root).stat('org/org.yaml'))
    throw failure('no-org', `There is no organisation in ${root}`, {
      remedy: 'Give its folder, or create it: open(folder, { template: "default" }).',
    });
}

/** Each method runs one command, in the seat of the person at the keyboard. */
class Opened implements Org {
  readonly folder: string;
  private readonly env: World['env'];
  private readonly closed = new AbortController();
  /** Commands that are not done yet. */
  private readonly under = new Set<Promise<unknown>>();

  constructor(folder: string, env: World['env']) {
    this.folder = folder;
    this.env = env;
  }

  send(to: string, body: string, more = {}) {
    return this.do(send.command, send.run, { ...more, agent: to, text: body });
  }

  reply(id: string, body: string, more = {}) {
    return this.do(reply.command, reply.run, { ...more, id, text: body });
  }

  run({ signal, ...options }: NonNullable<Parameters<Org['run']>[0]> = {}) {
    return this.do(run.command, run.make, options, signal);
  }

  async approvals(): Promise<Approval[]> {
    return (await this.do(approvals.command, approvals.listWaiting, {})).approvals;
  }

  approve(id: string, more = {}) {
    return this.do(approve.command, approve.run, { ...more, id });
  }

  deny(id: string, more = {}) {
    return this.do(deny.command, deny.run, { ...more, id });
  }

  async inbox(options = {}): Promise<Message[]> {
    return (await this.do(inbox.command, inbox.run, options)).messages;
  }

  read(id: string): Promise<Message> {
    return this.do(read.command, read.readMessage, { id });
  }

  async messages(options = {}): Promise<Message[]> {
    return (await this.do(history.command, history.run, options)).messages;
  }

  costs(): Promise<Ledger> {
    return this.do(costs.command, costs.tellLedger, {});
  }

  status() {
    return this.do(status.command, status.run, {});
  }

  follow({ since, signal }: NonNullable<Parameters<Org['follow']>[0]> = {}): AsyncIterable<Effect> {
    if (since !== undefined && !(Number.isSafeInteger(since) && since > 0))
      throw failure('usage', `since must be the number of a turn, from 1, not ${JSON.stringify(since)}`, {
        remedy: 'Run lemming status to see the last turn.',
      });
    return follow({ machine: realMachine, root: this.folder, env: this.env }, this.until(signal), since);
  }

  async close(): Promise<void> {
    this.closed.abort();
    await Promise.allSettled(this.under);
  }

  private async do<L extends Leaf, Data extends DataOf<L> & object>(
    command: L,
    run: Run<L, Data>,
    given: object,
    signal?: AbortSignal,
  ): Promise<Data> {
    const world = worldOf(this.folder, this.env, this.until(signal));
    const work = perform(command, run, given, world).finally(() => this.under.delete(work));
    this.under.add(work);
    return work;
  }

  /**
   * A signal that is aborted when the caller wants it, or when the organisation is closed. Throws when it is closed
   * already.
   */
  private until(signal?: AbortSignal): AbortSignal {
    const { closed, folder } = this;
    if (closed.signal.aborted) throw failure('usage', 'The organisation was closed', { remedy: 'Open it again.' });
    demandOrg(folder);
    return signal ? AbortSignal.any([closed.signal, signal]) : closed.signal;
  }
}

/** Runs a command with `given`, checked as its command line would be. */
async function perform<L extends Leaf, Data extends DataOf<L> & object>(
  command: L,
  run: Run<L, Data>,
  given: object,
  world: World,
): Promise<Data> {
  const words = Object.entries(given).map(([name, value]) => [name.replaceAll('_', '-'), value]);
  try {
    return (await run(world, inputFor(command, Object.fromEntries(words), REMEDY))).data;
  } catch (error) {
    throw asFault(error);
  }
}

/** The remedy for arguments that the types do not allow. */
const REMEDY = 'See the types of the package lemming, and docs/embedding.md.';

/** The world for commands of a program: nobody reads remarks, and a dash is only a dash. */
function worldOf(root: string, env: World['env'], signal: AbortSignal): World {
  return {
    ...{ machine: realMachine, root, env, signal, cwd: process.cwd(), json: true, interactive: false },
    say: () => {},
    print: () => {},
    sketch: () => {},
    stdin: async () => '-',
    async *lines() {},
  };
}
