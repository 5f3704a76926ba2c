/** `lemming ack`: acknowledges a message. */
import { readOrg } from '../../app/read-org.ts';
import { post } from '../../app/requests.ts';
import { personOf } from '../../app/seats.ts';
import type { Definition, Run } from '../command.ts';
import { addressedTo } from '../message-args.ts';
import { takenShape } from '../shapes.ts';

export const command = {
  name: 'ack',
  group: 'people',
  summary: 'Acknowledge a message without a reply',
  examples: [
    {
      line: 'lemming ack 000005-manager-01 --reaction thanks',
      does: 'marks the message as read and tells its author, who is not woken',
    },
  ],
  args: [{ name: 'id', about: 'the message to acknowledge', of: ['message'] }],
  flags: [{ name: 'reaction', value: 'WORD', about: 'an emoji or a word' }],
  reads: false,
  right: 'seat',
  screen: [{ key: 'm', action: 'acknowledge', on: 'message' }],
  output: (z) => z.strictObject({ id: z.string(), reaction: z.string(), taken: takenShape(z) }),
} as const satisfies Definition;

/** Posts a request for the acknowledgement. Throws `refused` for mail that was not sent to the person. */
export const run: Run<typeof command> = async (world, input) => {
  const view = readOrg(world);
  const person = personOf(view);
  const message = addressedTo(view, person, input.args.id);
  const reaction = (input.flags.reaction ?? '').slice(0, 64);
  const taken = post(world, person, [{ ask: 'ack', id: message.id, reaction }]);
  return { data: { id: message.id, reaction, taken }, text: `Acknowledged ${message.id}.` };
};
