import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { commandFiles, loadOf } from '../../../scripts/commands.ts';
import type { Command, Right } from '../../../src/commands/command.ts';
import { realMachine } from '../../../src/engine/machine.ts';
import { Caller } from '../../../src/faces/mcp/call.ts';
import { ResourceChanges } from '../../../src/faces/mcp/changes.ts';
import { offeredTo } from '../../../src/faces/mcp/offer.ts';
import { serverOf } from '../../../src/faces/mcp/server.ts';
import { checkedLoad } from '../../commands/checked.ts';
import { testWorld } from '../../commands/world.ts';

const files = await commandFiles();

/** Every command there is. */
export const commands: Command[] = files.map(({ command }) => command);

const load = checkedLoad(loadOf(files));

export interface Wish {
  person?: string;
  rights?: Right[];
  signal?: AbortSignal;
}

/** An assistant in a seat of the org at `root`, in this process; the server forgets it with the test. */
export async function assistant(root: string, { person = 'human', rights = [], signal }: Wish = {}): Promise<Client> {
  const stop = new AbortController();
  const all = new Set(rights);
  const seat = { person, ownMail: !all.has('look') };
  const world = testWorld(root, { signal: signal ?? stop.signal });
  const caller = new Caller(world, seat, load);
  const changes: ResourceChanges = new ResourceChanges({ machine: realMachine, root, env: {}, seat }, stop.signal, {
    changed: (uri) => void server.sendResourceUpdated({ uri }),
    failed: (error) => {
      throw error;
    },
  });
  const server = serverOf({
    version: '0',
    instructions: 'You have a seat.',
    leaves: offeredTo(all, commands),
    load,
    caller,
    changes,
  });
  const client = new Client({ name: 'test', version: '0' });
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(theirs), client.connect(ours)]);
  onTestFinished(async () => {
    stop.abort();
    await caller.settled();
    await client.close();
  });
  return client;
}

/** What a tool gave. */
export interface Given {
  ok: boolean;
  text: string;
  data: Record<string, unknown>;
}

export async function call(client: Client, name: string, given: Record<string, unknown> = {}): Promise<Given> {
  const { content, structuredContent, isError } = (await client.callTool({ name, arguments: given })) as CallToolResult;
  const [first] = content;
  return { ok: !isError, text: first?.type === 'text' ? first.text : '', data: structuredContent ?? {} };
}

/** The objects of a list that a tool gave. */
export function rows(data: Record<string, unknown>, name: string): Record<string, unknown>[] {
  return z.array(object).parse(data[name]);
}
const object = z.record(z.string(), z.unknown());

/** The code of the first fault of a refused call. */
export async function refusal(client: Client, name: string, given: Record<string, unknown> = {}): Promise<string> {
  const { ok, text, data } = await call(client, name, given);
  if (ok) throw new Error(`${name} was not refused: ${text}`);
  const [fault] = 'faults' in data ? rows(data, 'faults') : [];
  return fault ? String(fault.code) : text;
}

/** The JSON at an address. */
export async function resource(client: Client, uri: string): Promise<Record<string, unknown>> {
  const { contents } = await client.readResource({ uri });
  const [first] = contents;
  return object.parse(JSON.parse(first && 'text' in first ? first.text : 'null'));
}
