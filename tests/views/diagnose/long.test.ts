import { expect, it } from 'vitest';
import type { Entry } from '../../../src/core/model/entry.ts';
import type { Message } from '../../../src/schema/records/message.ts';
import { Diagnosis } from '../../../src/views/diagnose/diagnosis.ts';

const AGENTS = Array.from({ length: 20 }, (_, i) => `agent_${i}`);

/** The lines of so many messages to and fro in so many conversations: each is given in the turn after it was sent. */
function* journal(messages: number, threads: number): Generator<Entry> {
  const line = (fields: object): Entry => fields as unknown as Entry;
  let given = new Map<string, Message[]>();
  for (let made = 0, turn = 1; made < messages; turn++) {
    yield line({ k: 'open', turn, time: 0 });
    const next = new Map<string, Message[]>();
    for (const [i, agent] of AGENTS.entries()) {
      const to = AGENTS[(i + turn) % AGENTS.length] as string;
      const thread = `thread-${made % threads}`;
      const id = `${turn}-${agent}-01`;
      const body = `Report ${made}: the tests of part ${made} ran, page.html is ready. Please read it. ${'word '.repeat(30)}`;
      const message: Message = {
        ...{ id, from: agent, to: [to], turn, kind: 'report', subject: 'Report', priority: 'normal', thread, hops: 1 },
        ...{ path: `agents/${agent}/outbox/${id}.md`, body },
      };
      const act = { id: '1', tool: 'send_message', input: { to, body } };
      yield line({ k: 'reply', turn, agent, n: 1, reply: { text: '', acts: [act], usage: null } });
      yield line({
        k: 'visit',
        agent,
        outcome: 'ok',
        mail: (given.get(agent) ?? []).map((mail) => mail.id),
        sent: 1,
        notes: [],
      });
      yield line({ k: 'sent', message, made: '1.1' });
      next.set(to, [...(next.get(to) ?? []), message]);
      made++;
    }
    given = next;
    yield line({ k: 'commit', turn });
  }
}

it('a long conversation is read to its end, and a finding quotes no more than it needs', { timeout: 60_000 }, () => {
  const diagnosis = new Diagnosis();
  for (const entry of journal(10_000, 1)) diagnosis.take(entry);
  for (const { quote, ids } of diagnosis.findings()) {
    expect(quote.length).toBeLessThanOrEqual(160);
    expect(ids.length).toBeLessThanOrEqual(8);
  }
});
