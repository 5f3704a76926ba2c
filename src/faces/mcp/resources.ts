/** The resources that an assistant can read. */
import { ErrorCode, McpError, type Resource, type ResourceTemplate } from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';
import type { Leaf } from '../../commands/command.ts';
import { safeLine } from '../cli/terminal/safe.ts';
import type { Caller } from './call.ts';

const JSON_TYPE = 'application/json';
/** The protocol's error for an address that does not exist. */
const NOT_FOUND = -32002;
/** Messages of the inbox that are listed individually. */
const LISTED = 50;

/** What can be read at an address: what a leaf gives, for one thing of those there are where the address names an argument. */
interface ResourceKind extends NonNullable<Leaf['resource']> {
  leaf: Leaf;
}

/** What can be read, by address: the data of what is offered. Reading changes nothing. */
export class ResourceReader {
  private readonly kinds: readonly ResourceKind[];
  private readonly caller: Caller;

  constructor(leaves: readonly Leaf[], caller: Caller) {
    this.kinds = leaves.flatMap((leaf) => (leaf.resource ? [{ ...leaf.resource, leaf }] : []));
    this.caller = caller;
  }

  templates(): ResourceTemplate[] {
    return this.kinds
      .filter(({ uri }) => parameterIn(uri) !== null)
      .map(({ uri, name, about }) => ({ uriTemplate: uri, name, description: about, mimeType: JSON_TYPE }));
  }

  /** Lists the resources with a fixed address, and the latest mail of the seat. */
  async list(signal: AbortSignal): Promise<{ resources: Resource[] }> {
    const fixed = this.kinds
      .filter(({ uri }) => parameterIn(uri) === null)
      .map(({ uri, name, about }) => ({ uri, name, description: about, mimeType: JSON_TYPE }));
    const inbox = this.kinds.find(({ name }) => name === 'inbox');
    const { messages } = LISTING.parse(inbox ? await this.give(inbox, {}, signal) : {});
    const mail = messages.slice(0, LISTED).map(({ id, from, subject }) => ({
      ...{ uri: `lemming://mail/${id}`, name: id, mimeType: JSON_TYPE },
      description: safeLine(`from ${from}: ${subject}`),
    }));
    return { resources: [...fixed, ...mail] };
  }

  /** The data at an address, as JSON. Throws errors of the protocol. */
  async read(uri: string, signal: AbortSignal): Promise<string> {
    for (const kind of this.kinds) {
      const given = match(kind.uri, uri);
      if (given) return JSON.stringify(await this.give(kind, given, signal), null, 2);
    }
    throw new McpError(NOT_FOUND, `There is no resource ${JSON.stringify(uri.slice(0, 200))}`);
  }

  private async give({ leaf }: ResourceKind, given: object, signal: AbortSignal): Promise<object> {
    const { text, data, fault } = await this.caller.do({ leaf, given, signal, peeks: true });
    if (!fault) return data;
    throw new McpError(fault.code === 'not-found' ? NOT_FOUND : ErrorCode.InternalError, text, data);
  }
}

/** What the list needs of an inbox. */
const LISTING = z.object({
  messages: z.array(z.object({ id: z.string(), from: z.string(), subject: z.string() })).default([]),
});

/** The argument in an address: `id` in `lemming://mail/{id}`. */
function parameterIn(template: string): string | null {
  return /\{(\w+)\}$/.exec(template)?.[1] ?? null;
}

/** The values in an address, by the names of the template; null when it does not match. */
function match(template: string, uri: string): Record<string, string> | null {
  const name = parameterIn(template);
  if (name === null) return template === uri ? {} : null;
  const before = template.slice(0, template.indexOf('{'));
  const rest = uri.startsWith(before) ? uri.slice(before.length) : '';
  const value = /^[^/?#]+$/.test(rest) ? decoded(rest) : null;
  return value === null ? null : { [name]: value };
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null; // a % that begins nothing
  }
}
