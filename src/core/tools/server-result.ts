/** Turns the answer of an MCP server into text. */
import type { WorldResult } from '../model/tool.ts';

/** One part of a server's answer; its keys depend on its type. */
export interface ServerPart {
  type: string;
  text?: string | undefined;
  data?: string | undefined;
  mimeType?: string | undefined;
  uri?: string | undefined;
  name?: string | undefined;
  resource?: { uri: string; mimeType?: string | undefined; text?: string | undefined; blob?: string | undefined };
}

/** Characters of a name or an address that are shown. */
const SHOWN = 300;

/**
 * What an agent is told of a server's answer: its texts; everything else is described instead of shown. All of it is
 * tainted. Pure.
 */
export function serverResult(parts: readonly ServerPart[], structured: unknown, failed: boolean): WorldResult {
  const texts = parts.map(tell);
  if (structured !== undefined && !parts.some(({ type }) => type === 'text')) texts.push(JSON.stringify(structured));
  const text = texts.join('\n').replace(UNSEEN, '�');
  return { ok: !failed, text: text || '[nothing]', tainted: true };
}

/** Characters that steer a terminal, or change how a line reads. */
const UNSEEN = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g;

function tell(part: ServerPart): string {
  switch (part.type) {
    case 'text':
      return part.text ?? '';
    case 'image':
    case 'audio':
      return `[${part.type} ${short(part.mimeType)}: ${bytesOf(part.data)} bytes, not shown]`;
    case 'resource_link':
      return `[link ${short(part.name)}: ${short(part.uri)}]`;
    case 'resource':
      return tellResource(part.resource);
    default:
      return `[${short(part.type)}, not shown]`;
  }
}

function tellResource(resource: ServerPart['resource']): string {
  const { uri, mimeType, text, blob } = resource ?? { uri: '' };
  if (text !== undefined) return `[${short(uri)}]\n${text}`;
  return `[${short(uri)} ${short(mimeType)}: ${bytesOf(blob)} bytes, not shown]`;
}

/** Bytes of base64 data. */
function bytesOf(data = ''): number {
  return Math.floor((data.length * 3) / 4);
}

function short(text = ''): string {
  return text.replace(/\s+/g, ' ').slice(0, SHOWN);
}
