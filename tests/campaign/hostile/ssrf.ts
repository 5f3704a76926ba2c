import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { UsedEntry } from '../../../src/core/model/entry.ts';
import { realWire, type Wire } from '../../../src/disk/sandbox/wire.ts';
import type { Ports } from '../../../src/engine/ports.ts';
import { Org } from '../../regression/org.ts';

/** The only addresses of the internet of these tests; every other one is taken for this machine's own network. */
export const PUBLIC = ['93.184.216.34', '2606:2800:220:1::1'];

/** Addresses that nobody may be led to: one and more of every class. */
const INNER_V4 = [
  ...[
    '127.0.0.1',
    '127.8.8.8',
    '0.0.0.0',
    '0.9.9.9',
    '10.0.0.1',
    '10.255.0.9',
    '172.16.0.1',
    '172.31.255.9',
    '192.168.1.1',
  ],
  ...['169.254.169.254', '169.254.170.2', '100.64.0.1', '100.100.100.200', '192.0.0.192', '198.18.0.1', '224.0.0.251'],
  ...['240.0.0.1', '255.255.255.255', '168.63.129.16', '203.0.113.9'],
];
const INNER_V6 = [
  ...[
    '::',
    '::1',
    'fe80::1',
    'fec0::1',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
    '2001:db8::1',
    '100::1',
    '3fff::1',
    '5f00::1',
  ],
  ...[
    '::ffff:7f00:1',
    '::7f00:1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::7f00:1',
    '2002:7f00:1::1',
    '2001:0:7f00:1::',
    '::ffff:0:7f00:1',
  ],
];

/** One address in all the ways in which people have smuggled it past a check. */
function formsOf(address: string): string[] {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  const whole = ((a * 256 + b) * 256 + c) * 256 + d;
  const octal = (n: number): string => `0${n.toString(8)}`;
  const hex = (n: number): string => n.toString(16);
  const pair = `${hex(a * 256 + b)}:${hex(c * 256 + d)}`;
  const wide = [...address]
    .map((char) => (char === '.' ? '.' : String.fromCharCode(char.charCodeAt(0) + 0xfee0)))
    .join('');
  const hosts = [
    ...[
      address,
      `${address}:8080`,
      `${address}.`,
      `${whole}`,
      `0x${hex(whole)}`,
      octal(whole),
      [a, b, c, d].map(octal).join('.'),
    ],
    ...[
      [a, b, c, d].map((n) => `0x${hex(n)}`).join('.'),
      `${a}.${b}.${c * 256 + d}`,
      `${a}.${(b * 256 + c) * 256 + d}`,
      wide,
    ],
    ...[
      [...address].map((char) => `%${hex(char.charCodeAt(0))}`).join(''),
      `example.org@${address}`,
      `example.org:80@${address}`,
    ],
    ...[
      `[::ffff:${address}]`,
      `[::ffff:${pair}]`,
      `[::${pair}]`,
      `[64:ff9b::${pair}]`,
      `[2002:${pair}::1]`,
      `[2001:0:${pair}::]`,
    ],
  ];
  return hosts.map((host) => `http://${host}/`);
}

/** URLs whose address is inside, and names that the resolver leads there. */
export const LITERALS = [
  ...INNER_V4.flatMap(formsOf),
  ...INNER_V6.map((address) => `http://[${address}]/`),
  ...[
    'http://localhost/',
    'http://localhost:8080/',
    'http://x.localhost/',
    'http://metadata.google.internal/',
    'http://metadata/',
  ],
  ...[
    'http://localhost./',
    'http:127.0.0.1/',
    'http:///127.0.0.1/',
    'http://127.0.0.1\\@example.org/',
    'http://example.org\\@127.0.0.1/',
  ],
  ...[
    'http://\t127.0.0.1/',
    'file:///etc/passwd',
    'ftp://127.0.0.1/',
    'gopher://127.0.0.1:6379/_x',
    'http://[::1%25lo]/',
    'http://①②⑦.0.0.1/',
  ],
];

const inner = [...INNER_V4, ...INNER_V6];
/** Name → what the resolver answers, one list a question; the last one stays. */
const NAMES = new Map<string, string[][]>([
  ['example.org', [[PUBLIC[0] as string]]],
  ['six.example.org', [[PUBLIC[1] as string]]],
  ['both.example.org', [PUBLIC]],
  ['nowhere.example.org', [[]]],
  ...inner.map((address, i): [string, string[][]] => [`inside-${i}.example.org`, [[address]]]),
  ...inner.map((address, i): [string, string[][]] => [`mixed-${i}.example.org`, [[...PUBLIC, address]]]),
  ...inner.map((address, i): [string, string[][]] => [`first-${i}.example.org`, [[address, ...PUBLIC]]]),
  ...inner.map((address, i): [string, string[][]] => [`rebind-${i}.example.org`, [[PUBLIC[0] as string], [address]]]),
]);
const named = (kind: string): string[] => inner.map((_, i) => `http://${kind}-${i}.example.org/`);
export const RESOLVED = [...named('inside'), ...named('mixed'), ...named('first')];
/** They lead outside when they are asked for the first time, and inside from then on. */
export const REBINDING = named('rebind');

/** A server on loopback, and how often it was reached. */
export class Server {
  reached = 0;
  private readonly server: http.Server;

  constructor(answer: http.RequestListener) {
    this.server = http.createServer(answer);
    this.server.on('connection', () => this.reached++);
  }

  start(): Promise<void> {
    return new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

/** The network of these tests: the public addresses lead to one server, all others to the other. */
export function wireTo(outside: Server, inside: Server): Wire {
  const asked = new Map<string, number>();
  return {
    async resolve(host) {
      const answers = NAMES.get(host);
      if (!answers) throw new Error(`getaddrinfo ENOTFOUND ${host}`);
      const n = asked.get(host) ?? 0;
      asked.set(host, n + 1);
      return answers[Math.min(n, answers.length - 1)] ?? [];
    },
    ask(address, { url, ...rest }, limits) {
      const to = new URL(url);
      to.protocol = 'http:';
      to.port = String((PUBLIC.includes(address) ? outside : inside).port);
      return realWire.ask('127.0.0.1', { ...rest, url: to }, limits);
    },
  };
}

/** An organisation in which agent a asks for these pages, a visit for each list; it reaches no private data. */
export class Surfer extends Org {
  private readonly wire: Wire | undefined;

  constructor(wire: Wire | undefined, visits: string[][], hosts = ['*', '*:8080']) {
    super(
      {
        edges: { human: ['a'], a: [] },
        resumes: { a: { tools: ['fetch_url'], hosts, schedule: { when: 'always' }, limits: { steps: 2 } } },
      },
      ({ turn, n }) => (n === 1 ? (visits[turn - 1] ?? []) : []).map((url) => ({ tool: 'fetch_url', input: { url } })),
    );
    this.wire = wire;
  }

  override ports(): Ports {
    return { ...super.ports(), ...(this.wire && { wire: this.wire }) };
  }

  /** The pages that it got, after so many turns: URL that was asked for → what the tool told. */
  async pages(turns: number): Promise<Map<string, UsedEntry>> {
    await this.turns(turns);
    const urls = this.lines('use').map(({ input }) => (input as { url: string }).url);
    return new Map(this.lines('used').map((used, i) => [urls[i] as string, used]));
  }
}
