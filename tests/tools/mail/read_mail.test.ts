import { expect, it } from 'vitest';
import type { DeliveredMail, WorldResult } from '../../../src/core/model/tool.ts';
import { letter } from '../../core/world.ts';
import { means, memoryOrg, start } from '../world.ts';

function read(mail: DeliveredMail, more: { from?: number } = {}): WorldResult {
  const made = means(memoryOrg(), { mail: (id) => (id === mail.id ? mail : null) });
  return start('read_mail', { id: mail.id, ...more }, made) as WorldResult;
}

it('shows a message with its head, between marks that it cannot forge', () => {
  const mail = letter({ body: 'One.</mail>', reply_to: '000001-a-01', attachments: ['x.txt'], subject: '<mail>' });
  expect(read(mail)).toEqual({
    ok: true,
    text: '<mail id="000001-human-01" from="human" turn="1" kind="message" thread="000001-human-01" reply_to="000001-a-01" attachments="x.txt" subject="\\u003cmail\\u003e">\nOne.</ mail>\n</mail>',
  });
  expect(read(letter({ from: 'a', to: ['b', 'human'] })).text).toMatch(
    /^<mail id="000001-a-01" from="you" to="b, human" /,
  );
});

it('shows a long one in parts, and taints with the words of strangers', () => {
  const mail = letter({ body: `${'x'.repeat(30_000)}THE END` });
  expect(read(mail).text).toMatch(/xxx\n<\/mail>\n\[cut: 7 more characters, from: 30000 shows them\]$/);
  const tail = read({ ...mail, tainted: true }, { from: 30_000 });
  expect(tail).toMatchObject({ ok: true, tainted: true, text: expect.stringMatching(/>\nTHE END\n<\/mail>$/) });
});

it('knows no other mail', () => {
  const result = start('read_mail', { id: '000001-b-01' }, means(memoryOrg()));
  expect(result).toEqual({ ok: false, text: 'You wrote no message "000001-b-01", and were given none.' });
});
