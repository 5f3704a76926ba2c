import { expect, it } from 'vitest';
import type { DeliveredMail, WorldResult } from '../../../src/core/model/tool.ts';
import { letter } from '../../core/world.ts';
import { means, memoryOrg, start } from '../world.ts';

function search(mails: readonly DeliveredMail[], query: string, before?: string): WorldResult {
  const mail = (id: string) => mails.find((one) => one.id === id) ?? null;
  const made = means(memoryOrg(), { mail, mailIds: () => mails.map(({ id }) => id) });
  return start('search_mail', { query, ...(before !== undefined && { before }) }, made) as WorldResult;
}

const found = ({ text }: WorldResult) => [...text.matchAll(/<mail id="([^"]+)"/g)].map(([, id]) => id);

it('finds messages by the beginnings of all words, in subject, body and author, in their order', () => {
  const mails = [
    letter({ n: 3, body: 'The ovens.\nGas marks of an oven.' }),
    letter({ n: 2, subject: 'Oven', body: 'Gas' }),
    letter({ n: 1, body: 'Only gas.' }),
  ];
  expect(found(search(mails, 'OVEN gas'))).toEqual(['000001-human-03', '000001-human-02']);
  expect(search(mails, 'oven human').text).toContain('>\nThe ovens. Gas marks of an oven.\n</mail>');
  expect(search(mails, 'absent')).toEqual({ ok: true, text: 'No message has all words of "absent".' });
  expect(search(mails, '!?').text).toBe('No message has all words of "!?".');
});

it('shows ten at a time, and goes on before the last one that it looked at', () => {
  const mails = Array.from({ length: 25 }, (_, i) => letter({ n: 25 - i, body: 'word' }));
  const first = search(mails, 'word');
  expect(found(first)).toHaveLength(10);
  expect(first.text).toMatch(/\n10 found in 10 messages\. before: 000001-human-16 searches older ones\.$/);
  expect(found(search(mails, 'word', '000001-human-16'))[0]).toBe('000001-human-15');
  expect(search(mails, 'word', '000001-human-06').text).not.toContain('before:');
  const rare = Array.from({ length: 300 }, (_, i) => letter({ turn: 300 - i, body: i < 250 ? 'x' : 'word' }));
  const none = search(rare, 'word');
  expect(none.text).toBe('0 found in 200 messages. before: 000101-human-01 searches older ones.');
  expect(found(search(rare, 'word', '000101-human-01'))).toHaveLength(10);
});

it('taints when a hit is tainted, and passes over what the journal does not hold', () => {
  const mail: DeliveredMail = { ...letter({ body: 'word' }), tainted: true };
  expect(search([mail], 'word')).toMatchObject({ tainted: true });
  expect(search([mail], 'other')).not.toHaveProperty('tainted');
  const made = means(memoryOrg(), { mailIds: () => ['000001-human-09'] });
  expect(start('search_mail', { query: 'word' }, made)).toMatchObject({
    ok: true,
    text: expect.stringMatching(/^No message/),
  });
});
