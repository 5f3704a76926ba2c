import { z } from 'zod';
import type { Reply } from '../core/call.ts';
import type { CacheDump, Kept, Replies } from '../providers/with/cache.ts';
import type { Line } from '../providers/with/line.ts';
import type { CacheSettings } from '../schema/models.ts';
import type { Asking } from './attempts.ts';
import type { Ports } from './ports.ts';

/** Where replies are kept between runs. Deleting it loses nothing but the saving. */
export const REPLIES_FILE = '.lemming/replies.json';

const dump = z.object({
  version: z.literal(1),
  hits: z.number(),
  misses: z.number(),
  saved: z.number(),
  entries: z.array(z.object({ key: z.string(), at: z.number(), kept: z.looseObject({ reply: z.looseObject({}) }) })),
});

/** Which cached line it is. */
interface Use {
  model: string;
  key(asking: Asking): string;
  again(asking: Asking, reply: Reply): Reply;
}

/** The replies that an engine gives again: read from their file when a model first wants it, written when the engine closes. */
export class KeptReplies {
  private readonly ports: Ports;
  private replies: Promise<Replies> | null = null;
  private open: Replies | null = null;

  constructor(ports: Ports) {
    this.ports = ports;
  }

  /** Puts the kept replies before a line. What it answers is kept when its turn is committed. */
  async before(line: Line<Asking>, settings: CacheSettings, use: Use): Promise<Line<Asking>> {
    const { cache } = await import('../providers/with/cache.ts');
    this.replies ??= openReplies(this.ports, settings.entries);
    const replies = await this.replies;
    this.open = replies;
    const noted: Line<Asking> = async (asking, signal) => {
      const before = asking.thought.purse.left;
      const reply = await line(asking, signal);
      const { purse, prompt } = asking.thought;
      const kept: Kept = { agent: prompt.agent, model: use.model, cost: before - purse.left, reply };
      if (purse.via === undefined) replies.add(use.key(asking), kept);
      return reply;
    };
    return cache(noted, replies, {
      key: use.key,
      ttlMs: settings.ttl_seconds * 1000,
      again: async (asking, reply) => use.again(asking, reply),
    });
  }

  commit(): void {
    this.open?.commit();
  }

  close(): void {
    if (this.open) writeReplies(this.ports, this.open);
  }
}

/** Reads the kept replies; a file that is none counts as empty. */
export async function openReplies({ disk, clock }: Pick<Ports, 'disk' | 'clock'>, entries: number): Promise<Replies> {
  const { Replies } = await import('../providers/with/cache.ts');
  const replies = new Replies(entries, () => clock.now());
  const bytes = disk.read(REPLIES_FILE);
  const read = bytes && dump.safeParse(parse(Buffer.from(bytes).toString()));
  if (read?.success) replies.load(read.data as unknown as CacheDump);
  return replies;
}

export function writeReplies({ disk }: Pick<Ports, 'disk'>, replies: Replies): void {
  const temp = `${REPLIES_FILE}.tmp`;
  disk.unlink(temp);
  disk.create(temp, JSON.stringify({ version: 1, ...replies.dump() }));
  disk.rename(temp, REPLIES_FILE);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
