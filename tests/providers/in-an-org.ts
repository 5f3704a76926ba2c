import { describe, expect, it } from 'vitest';
import { readOrg } from '../../src/app/read-org.ts';
import { withEngine } from '../../src/app/run-engine.ts';
import type { Usage } from '../../src/core/model/call.ts';
import { costOf } from '../../src/core/money/ledger.ts';
import { realDisk } from '../../src/disk/fs/real.ts';
import { journalLines } from '../../src/engine/journal/history.ts';
import { realMachine } from '../../src/engine/machine.ts';
import { buildOrg } from '../../src/testing/build-org.ts';
import { filesIn, scratch } from '../commands/world.ts';
import { trustingEnv } from '../trusted.ts';
import type { Hosted } from './hosted/dialect.ts';

const KEY = 'canary-key-that-must-not-be-found-0123456789';
const FORMS = [KEY, Buffer.from(KEY).toString('base64').slice(0, -3), Buffer.from(KEY).toString('hex')];

/** A run of an organisation with the provider: mail is delivered or waits, the ledger is right, the key lies nowhere. */
export function runsInAnOrg({ dialect, service, model, variable, header }: Hosted): void {
  describe('in an organisation', () => {
    const env = { [variable]: KEY };
    const price = { input: 1, cached_input: 0.5, cache_write: 1, output: 4 };
    const office = (more: object = {}): string => {
      const root = scratch();
      buildOrg(realDisk(root), {
        edges: { human: ['a'], a: ['human'] },
        models: { default: { ...model(service.url), price, retry: { first_ms: 1, most_ms: 2 }, ...more } },
        credits: { agents: { a: { grant: 5 } } },
      });
      return root;
    };
    const letter = (root: string, text: string) =>
      realDisk(root).create(`agents/human/outbox/${text}.md`, `---\nto: a\n---\n${text}, my key is ${KEY}\n`);
    const turn = (root: string) =>
      withEngine({ machine: realMachine, root, env: trustingEnv(root, env) }, 'run', (engine) => engine.turn());
    const keysIn = (root: string) =>
      Object.entries(filesIn(root)).filter(([, text]) => FORMS.some((form) => text.includes(form)));

    it('answers a person; the ledger holds what the service counted, and the key lies nowhere', async () => {
      const root = office();
      letter(root, 'hello');
      service.answer(dialect.said(`I am well, and your key is ${KEY}.`));
      const { visits, spent } = await turn(root);
      expect(visits).toMatchObject([{ agent: 'a', outcome: 'ok', sent: 1 }]);
      const [reply] = [...journalLines(realDisk(root))].filter((line) => line.k === 'reply');
      const usage = reply?.reply.usage as Usage;
      expect(usage).toMatchObject({ input: 40, output: 20 });
      expect(spent).toBe(costOf({ input: 1e6, cached_input: 5e5, cache_write: 1e6, output: 4e6 }, usage));
      expect(keysIn(root)).toEqual([]);
      expect(service.requests[0]?.headers[header]).toContain(KEY);
      expect(JSON.stringify(service.requests.map(({ body }) => body))).not.toContain(KEY);
    });

    it('is tried again when it is overloaded, with an intent each; when it stays so the mail waits and nobody is billed', async () => {
      const root = office();
      letter(root, 'hello');
      const busy = { status: 503, body: dialect.failure(`busy, ${KEY}`, 'overloaded') };
      service.answer(busy, busy, busy);
      const { visits, spent } = await turn(root);
      expect(visits).toMatchObject([{ outcome: 'failed', blame: 'provider' }]);
      expect([spent, service.requests.length]).toEqual([0, 3]);
      expect(
        [...readOrg({ machine: realMachine, root, env }).state.mail.waiting.values()].map(({ waiting }) => waiting),
      ).toEqual([['a']]);
      expect(keysIn(root)).toEqual([]);
    });

    it('is charged for a call that was cut after it began to answer, and the mail waits', async () => {
      const root = office({ timeout_ms: 3000, retry: { attempts: 1 } });
      letter(root, 'hello');
      service.answer({ ...dialect.said('A long answer that never ends.'), ending: 'stall' });
      const { visits, spent } = await turn(root);
      expect(visits).toMatchObject([{ outcome: 'failed', blame: 'provider' }]);
      expect(spent).toBeGreaterThan(100);
      expect(
        [...readOrg({ machine: realMachine, root, env }).state.mail.waiting.values()].map(({ waiting }) => waiting),
      ).toEqual([['a']]);
    });

    it('delivers nothing of a reply that is refused, which counts against the mail', async () => {
      const root = office();
      letter(root, 'hello');
      service.answer(dialect.ended('filter'));
      const { visits } = await turn(root);
      expect(visits).toMatchObject([{ outcome: 'failed', blame: 'refused', sent: 0 }]);
      expect(
        [...readOrg({ machine: realMachine, root, env }).state.mail.waiting.values()].map(({ attempts }) => attempts),
      ).toEqual([{ a: 1 }]);
    });
  });
}
