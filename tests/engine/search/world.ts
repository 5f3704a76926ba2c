import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { UsedEntry } from '../../../src/core/model/entry.ts';
import { realWire, type Wire } from '../../../src/disk/sandbox/wire.ts';
import type { Ports } from '../../../src/engine/ports.ts';
import type { OrgPlan } from '../../../src/testing/build-org.ts';
import type { LogEvent } from '../../../src/views/journal/log-event.ts';
import { type Act, Org } from '../../regression/org.ts';

export const PUBLIC = '93.184.216.34';

/** A request as the server got it. */
export interface Got {
  method: string | undefined;
  url: string | undefined;
  headers: http.IncomingHttpHeaders;
  body: string;
}
export type Answering = (response: http.ServerResponse, got: Got) => void;

/** A real server on loopback, and what it was asked. */
export class Server {
  readonly got: Got[] = [];
  answer: Answering = (response) => void response.end();
  private readonly server = http.createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const got = { method: request.method, url: request.url, headers: request.headers, body };
    this.got.push(got);
    response.on('error', () => {});
    this.answer(response, got);
  });

  static async started(answer?: Answering): Promise<Server> {
    const made = new Server();
    if (answer) made.answer = answer;
    made.server.listen(0, '127.0.0.1');
    await once(made.server, 'listening');
    onTestFinished(() => {
      made.server.closeAllConnections();
      made.server.close();
    });
    return made;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }
}

/** A network in which every name has these addresses, and all of them lead to the server. */
export function wireTo(server: Server, addresses: readonly string[] = [PUBLIC]): Wire & { hosts: string[] } {
  const hosts: string[] = [];
  return {
    hosts,
    resolve: async () => [...addresses],
    ask(_address, { url, ...rest }, limits) {
      hosts.push(url.host);
      const to = new URL(url);
      to.protocol = 'http:';
      to.port = String(server.port);
      return realWire.ask('127.0.0.1', { ...rest, url: to }, limits);
    },
  };
}

export function search(query: string, limit?: number): Act {
  return { tool: 'web_search', input: { query, ...(limit === undefined ? {} : { limit }) } };
}

/** An organisation in which agent a does these acts, a visit for each list. */
export class Searcher extends Org {
  readonly events: LogEvent[] = [];
  private readonly wire: Wire | undefined;

  constructor(settings: object | null, visits: Act[][], wire?: Wire, plan: Partial<OrgPlan> = {}) {
    super(
      {
        edges: { human: ['a'], a: [] },
        org: { search: settings },
        ...plan,
        resumes: { a: { tools: ['web_search'], schedule: { when: 'always' }, ...plan.resumes?.a } },
      },
      ({ turn, n }) => (n === 1 ? (visits[turn - 1] ?? []) : undefined),
    );
    this.wire = wire;
  }

  override ports(): Ports {
    const log = (event: LogEvent) => void this.events.push(event);
    return { ...super.ports(), log, ...(this.wire && { wire: this.wire }) };
  }

  /** What the searches of one more turn told. */
  async told(): Promise<UsedEntry[]> {
    const before = this.lines('used').length;
    await this.turns(1);
    return this.lines('used').slice(before);
  }

  /** All that was written or asked anywhere. */
  traces(): string {
    const files = [...this.disk.files(() => true).values()];
    return JSON.stringify([this.journal(), this.prompts, this.events, files]);
  }
}
