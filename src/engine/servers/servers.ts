/** Starts MCP servers and keeps them for the duration of a run. */
import type { JsonObject } from '../../core/model/call.ts';
import type { Server } from '../../core/model/config.ts';
import type { WorldResult } from '../../core/model/tool.ts';
import { trustHash } from '../../core/model/trust.ts';
import { trustOfServer } from '../../core/tools/declared.ts';
import { serverResult } from '../../core/tools/server-result.ts';
import type { Owner } from '../../disk/owner/owner.ts';
import { HOST_ENV } from '../../disk/sandbox/bubblewrap.ts';
import type { Home } from '../../disk/sandbox/left-running.ts';
import type { Sandbox } from '../../disk/sandbox/sandbox.ts';
import { type ServerProcess, startServer } from '../../disk/sandbox/server-process.ts';
import type { Servers } from '../ports.ts';
import type { Conversation, ServerLine } from './mcp.ts';

interface ServerHome extends Home {
  env: Record<string, string | undefined>;
  owner: Owner;
}

/** The servers of the org at that place, with the isolation level of its sandbox. */
export function realServers(place: ServerHome, probe: Sandbox['probe']): Servers {
  const kept = new Map<string, RunningServer>();
  const open = (server: Server): Promise<Conversation> => begin(place, probe, server);
  return {
    async ask(server, tool, input, signal) {
      try {
        return await ask(kept, open, server, tool, input, signal);
      } catch (error) {
        signal.throwIfAborted();
        const text = `The server ${server.name} did not reply: ${reasonOf(place, error)}`;
        return serverResult([{ type: 'text', text }], undefined, true);
      }
    },
    async look(server) {
      const conversation = await open(server);
      try {
        return await conversation.tools();
      } finally {
        await conversation.close();
      }
    },
    async close() {
      const all = [...kept.values()];
      kept.clear();
      await Promise.all(all.map(({ begun }) => begun.then((one) => one.close()).catch(() => {})));
    },
  };
}

/** A server that runs or is starting, as it was approved. */
interface RunningServer {
  hash: string;
  begun: Promise<Conversation>;
  /** Set once it has started. */
  now?: Conversation;
}

/** The server reports other tools than the approved ones. */
class ChangedServer extends Error {}

async function ask(
  kept: Map<string, RunningServer>,
  open: (server: Server) => Promise<Conversation>,
  server: Server,
  tool: string,
  input: JsonObject,
  signal: AbortSignal,
): Promise<WorldResult> {
  const one = keep(kept, open, server);
  try {
    const conversation = await one.begun;
    if (conversation.stale) await demandSame(conversation, server);
    return await conversation.call(tool, input, signal);
  } catch (error) {
    // A server that changed its tools stays in this state and is not called again.
    if (!(error instanceof ChangedServer)) drop(kept, server.name, one);
    throw error;
  }
}

/** The most characters of a reason, and of the last words of a program; cut only after secrets are masked. */
const SAID = 500;

/** Why a server gave no answer; for a failed request with the underlying error. */
export function whyOf(error: unknown): string {
  const { name, message, cause } = error as Error;
  if (/ZodError/.test(name)) return 'its reply was not what was requested';
  const below = (cause ?? {}) as { message?: string; code?: string };
  return [message, below.message || below.code].filter(Boolean).join(': ');
}

/** The server with that name; restarted if it was approved again. */
function keep(
  kept: Map<string, RunningServer>,
  open: (server: Server) => Promise<Conversation>,
  server: Server,
): RunningServer {
  const hash = trustHash(trustOfServer(server));
  const known = kept.get(server.name);
  if (known?.hash === hash && known.now?.over !== true) return known;
  if (known) drop(kept, server.name, known);
  const begun = open(server).then(async (conversation) => {
    await demandSame(conversation, server);
    one.now = conversation;
    return conversation;
  });
  const one: RunningServer = { hash, begun };
  kept.set(server.name, one);
  return one;
}

/** The next use starts it again. */
function drop(kept: Map<string, RunningServer>, name: string, one: RunningServer): void {
  if (kept.get(name) === one) kept.delete(name);
  one.begun.then((conversation) => conversation.retire()).catch(() => {});
}

async function demandSame(conversation: Conversation, { name, tools }: Server): Promise<void> {
  try {
    const now = await conversation.tools();
    if (JSON.stringify(now.tools) === JSON.stringify(tools)) return;
    throw new ChangedServer(`its tools are not those that were approved on this machine: lemming trust ${name}`);
  } catch (error) {
    await conversation.close();
    throw error;
  }
}

/** The reason, with secrets masked and of readable length. */
function reasonOf({ owner }: Pick<ServerHome, 'owner'>, error: unknown): string {
  return owner.redact(whyOf(error)).slice(0, SAID);
}

/** Starts the server, or resolves its address, and initialises the connection. */
async function begin(home: ServerHome, probe: Sandbox['probe'], server: Server): Promise<Conversation> {
  const { owner } = home;
  const child = server.settings.command ? await started(home, owner, probe, server) : null;
  const line: ServerLine = { server, process: child, secret: owner.secret };
  const { Conversation } = await import('./mcp.ts');
  try {
    return await Conversation.begin(line);
  } catch (error) {
    await child?.close();
    const words = owner.redact(child?.lastWords() ?? '').slice(-SAID);
    throw new Error(`${reasonOf(home, error)}${words && `: ${words}`}`);
  }
}

async function started(
  home: Home,
  owner: Owner,
  probe: Sandbox['probe'],
  { settings }: Server,
): Promise<ServerProcess> {
  const { env, sandbox } = settings;
  if (sandbox === 'host') return startServer(home, settings, owner.childEnv(env), { level: 'none' });
  const found = await probe();
  if (found.level === 'none')
    throw new Error(
      `no sandbox is available here: ${found.why}. Install bubblewrap, or write "sandbox: host" for this server`,
    );
  const named = env.flatMap((name) => {
    const value = owner.env(name);
    return value === undefined ? [] : [[name, value]];
  });
  return startServer(home, settings, Object.fromEntries([...Object.entries(HOST_ENV), ...named]), found);
}
