/** Decides where a message goes by the routes of `org/routes.yaml`. */
import type { Digest, Route } from '../../../schema/config/routes.ts';
import { copyWith } from '../../../schema/copy.ts';
import { parseMessageId } from '../../../schema/name.ts';
import type { Message } from '../../../schema/records/message.ts';
import { type Config, inChartOrder } from '../../model/config.ts';
import { messagePath, resolveRecipients } from '../../rights/recipients.ts';

/** Why an act is not allowed, and the rule that says so. */
export interface Refused {
  rule: string;
  text: string;
}

/** What the author of a message may do without asking anybody. */
export interface Author {
  /** Null when it may write to that agent. */
  mayWrite(name: string): Refused | null;
  /** Gives the message to an agent as a task: the id of that task, or why it may not. */
  giveTask(name: string, message: Message): string | Refused;
}

/** Until which turn a message is collected for a reader, or until how many are. */
export interface Collected {
  turn: number;
  count?: number | undefined;
}

/** What the routes make of a message. */
export interface Routed {
  message: Message;
  /** Reader → until when it is collected. */
  digest?: Record<string, Collected>;
  /** Who gets it and was not addressed. */
  added: string[];
  /** What the author may not do, and the route that would have done it. */
  leftOut: (Refused & { route: string })[];
}

/** One whom the author addressed: who gets the message now, and as what. The routes that say so are named. */
interface Slot {
  names: readonly string[];
  moved?: string;
  task?: string;
  digest?: { by: string; is: Digest };
}

/** How a reader gets the message as mail. */
interface Delivery {
  by: string[];
  digest: Slot['digest'] | undefined;
}

/**
 * Applies every route that fits a message, in order and once, to the message as its author addressed it: what comes of it is
 * not routed again. Nobody is reached to whom the author may not write; where that leaves nobody, those whom the author addressed get it.
 * `earliest`: the turn in which it can be read. Null when no route fits. Pure.
 */
export function routed(config: Config, message: Message, earliest: number, author: Author): Routed | null {
  if (config.routes.length === 0) return null;
  const texts = textsOf(message);
  const fitting = config.routes.filter((route) => fits(config, route, message, texts));
  return fitting.length ? new Routing(config, message, author).apply(fitting, earliest) : null;
}

/** Characters of a message that can be the text of a task. */
const TASK_CHARS = 190_000;

/** One message on its way. */
class Routing {
  private readonly config: Config;
  private readonly message: Message;
  private readonly author: Author;
  private readonly slots: Map<string, Slot>;
  /** Who gets a copy, and the route that says so. */
  private readonly copies = new Map<string, string>();
  private readonly leftOut: Routed['leftOut'] = [];
  /** Routes that change it. */
  private readonly used = new Set<string>();
  private priority: { is: Message['priority']; by?: string };

  constructor(config: Config, message: Message, author: Author) {
    this.config = config;
    this.message = message;
    this.author = author;
    this.slots = new Map(message.to.map((name) => [name, { names: [name] }]));
    this.priority = { is: message.priority };
  }

  apply(routes: readonly Route[], earliest: number): Routed {
    for (const route of routes) this.take(route);
    const { priority, used } = this;
    if (priority.by !== undefined && priority.is !== this.message.priority) used.add(priority.by);
    const deliveries = this.deliveries();
    const became = this.becomes(deliveries);
    const to = inChartOrder(this.config, [...deliveries.keys()], (name) => name);
    for (const { by } of deliveries.values()) for (const one of by) used.add(one);
    const digest = this.collected(deliveries, to, earliest);
    return {
      message: this.changed(
        to,
        became,
        routes.flatMap(({ name }) => (used.has(name) ? name : [])),
      ),
      ...(Object.keys(digest).length ? { digest } : {}),
      added: to.filter((name) => !this.message.to.includes(name)),
      leftOut: this.leftOut,
    };
  }

  /** The message as it is sent. Its path and its body stand last, as in every other. */
  private changed(to: string[], became: Record<string, string>, routes: string[]): Message {
    const { path, body, ...rest } = this.message;
    const head = copyWith(rest, { to, priority: this.priority.is });
    if (to.join() !== this.message.to.join()) head.addressed = this.message.to;
    if (routes.length) head.routes = routes;
    if (Object.keys(became).length) head.became = became;
    return copyWith(head, { path: head.addressed ? pathOf(this.message, to) : path, body });
  }

  /** Makes tasks of it. Whoever gets one gets no mail. */
  private becomes(deliveries: Map<string, Delivery>): Record<string, string> {
    const became: Record<string, string> = {};
    for (const [name, by] of this.tasks()) {
      const given = this.giveTask(name);
      if (typeof given !== 'string') this.leave(by, given);
      else {
        became[name] = given;
        for (const one of [by, ...(deliveries.get(name) as Delivery).by]) this.used.add(one);
        deliveries.delete(name);
      }
    }
    return became;
  }

  /** For whom it is collected, and until when. */
  private collected(
    deliveries: ReadonlyMap<string, Delivery>,
    to: readonly string[],
    earliest: number,
  ): Record<string, Collected> {
    const digest: Record<string, Collected> = {};
    for (const name of to) {
      const { digest: kept } = deliveries.get(name) as Delivery;
      const turn = kept ? this.dueTurn(kept.is, earliest) : earliest;
      if (!kept || turn <= earliest) continue;
      digest[name] = { turn, ...(kept.is.count === undefined ? {} : { count: kept.is.count }) };
      this.used.add(kept.by);
    }
    return digest;
  }

  /** The first turn in which collected mail is given; urgent mail waits only where the route says so. */
  private dueTurn({ every, urgent }: Digest, earliest: number): number {
    if (this.priority.is === 'urgent' && !urgent) return earliest;
    return Math.min(Math.ceil(earliest / every) * every, this.message.expires ?? Infinity);
  }

  /** Notes what a route does. */
  private take(route: Route): void {
    const { redirect, copy, priority, task, digest } = route.do;
    const instead = redirect ? this.reached(route.name, redirect) : [];
    for (const name of copy ? this.reached(route.name, copy) : [])
      if (!this.copies.has(name)) this.copies.set(name, route.name);
    if (priority) this.priority = { is: priority, by: route.name };
    for (const [name, slot] of this.slots) {
      if (!isMeant(this.config, route.when.to, name)) continue;
      if (instead.length) Object.assign(slot, { names: instead, moved: route.name });
      if (task) slot.task = route.name;
      if (digest) slot.digest = { by: route.name, is: digest };
    }
  }

  /** Whom the author reaches at these addresses. */
  private reached(route: string, addresses: readonly string[]): string[] {
    const { from, to } = this.message;
    const names = addresses.flatMap((address) => {
      if (address === from) return [];
      const found = resolveRecipients(this.config, from, [address]);
      if (!found.ok) this.leave(route, found);
      return found.ok ? found.names : [];
    });
    return [...new Set(names)].filter((name) => {
      const refused = to.includes(name) ? null : this.author.mayWrite(name);
      if (refused) this.leave(route, refused);
      return !refused;
    });
  }

  private leave(route: string, { rule, text }: Refused): void {
    this.leftOut.push({ route, rule, text });
  }

  /** Everybody who gets it as mail. Who gets it in two ways is given it as soon as one of them says. */
  private deliveries(): Map<string, Delivery> {
    const all = new Map<string, Delivery>();
    for (const { names, moved, digest } of this.slots.values())
      for (const name of names) {
        const known = all.get(name);
        const by = [...(known?.by ?? []), ...(moved === undefined ? [] : [moved])];
        all.set(name, { by, digest: known && !known.digest ? undefined : digest });
      }
    for (const [name, by] of this.copies) {
      const known = all.get(name);
      all.set(name, known ? { by: known.by, digest: undefined } : { by: [by], digest: undefined });
    }
    return all;
  }

  /** Who is to get it as a task, in chart order. Nobody gets the report of a task so: that task would end with a report, too. */
  private tasks(): [name: string, route: string][] {
    if (this.message.kind === 'report' && this.message.task !== undefined) return [];
    const all = [...this.slots.values()].flatMap(({ names, task }) =>
      task === undefined ? [] : names.map((name): [string, string] => [name, task]),
    );
    return inChartOrder(this.config, [...new Map(all)], ([name]) => name);
  }

  private giveTask(name: string): string | Refused {
    const { attachments = [], asks, body } = this.message;
    if (attachments.length > 0 || asks !== undefined || body.length > TASK_CHARS)
      return {
        rule: 'route',
        text: `A message with files, of great length, or that asks for a plan is no task: ${name} gets it as mail.`,
      };
    return this.author.giveTask(name, copyWith(this.message, { priority: this.priority.is }));
  }
}

/** The file is named after its first reader; where there is none, after whom the author addressed. */
function pathOf({ id, from, turn, subject, path }: Message, [first]: readonly string[]): string {
  const { n } = parseMessageId(id) as { n: number };
  return first === undefined ? path : messagePath(from, turn, n, first, subject);
}

/** What is looked for in subject and body, in lower case, made when it is first needed. */
interface LowerCase {
  subject(): string;
  all(): string;
}

function textsOf({ subject, body }: Message): LowerCase {
  let all: string | undefined;
  return {
    subject: () => subject.toLowerCase(),
    all: () => {
      all ??= `${subject}\n${body}`.toLowerCase();
      return all;
    },
  };
}

function fits(config: Config, { when }: Route, message: Message, texts: LowerCase): boolean {
  const { from, to, kind, priority, tag, text } = when;
  return (
    isMeant(config, from, message.from) &&
    message.to.some((name) => isMeant(config, to, name)) &&
    (kind?.includes(message.kind) ?? true) &&
    (priority?.includes(message.priority) ?? true) &&
    (tag?.some((one) => texts.subject().includes(`[${one.toLowerCase()}]`)) ?? true) &&
    (text?.some((one) => texts.all().includes(one.toLowerCase())) ?? true)
  );
}

/** Whether addresses mean an agent: by name, by a unit of it, or all. */
export function isMeant(config: Config, addresses: readonly string[] | undefined, name: string): boolean {
  return addresses?.some((one) => one === '*' || one === name || isMember(config, one, name)) ?? true;
}

function isMember({ units }: Config, address: string, name: string): boolean {
  return address.startsWith('@') && units.get(address.slice(1))?.members.includes(name) === true;
}
