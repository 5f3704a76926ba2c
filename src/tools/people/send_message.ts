/** The tool `send_message`: writes to agents, units and people, with attachments. */
import * as z from 'zod';
import { covered } from '../../core/approvals/covers.ts';
import { goneText, isAway } from '../../core/mail/absent-agents.ts';
import { carryFiles, isWithoutFile, UNATTACHED } from '../../core/mail/carried.ts';
import { answeredBy } from '../../core/mail/known.ts';
import type { Attached } from '../../core/model/entry.ts';
import { textHash } from '../../core/model/hash.ts';
import type { ActContext, Covers, Draft, Staged } from '../../core/model/tool.ts';
import { composeMessage, filesFolder, hopsAfter, resolveRecipients } from '../../core/rights/recipients.ts';
import { nearestTo } from '../../core/text/nearest.ts';
import { MESSAGE_KINDS, type Message, priority } from '../../schema/records/message.ts';
import { act, RARE } from '../define.ts';

/** A single name is taken, too. Models are shown the list alone, which is shorter. */
const names = z.preprocess(
  (to) => (typeof to === 'string' ? [to] : to),
  z.array(z.string().min(1).max(80)).min(1).max(1000),
);

/** Most characters of a body. */
const BODY_CHARS = 200_000;

export default act({
  name: 'send_message',
  about: 'Send mail to colleagues, a unit ("@unit"), or all you can write to ("*"). It is read in their next visit.',
  granted: 'all',
  input: z.strictObject({
    to: names,
    body: z.string().min(1).max(BODY_CHARS).describe('markdown'),
    subject: z.string().max(200).optional().describe('one line'),
    kind: z
      .enum(MESSAGE_KINDS)
      .optional()
      .describe(
        'request or task: you need an answer; response or report: you give one; status: progress, not an answer; notice: wakes nobody; message: anything else',
      ),
    priority: priority().optional().describe('urgent wakes its reader at once'),
    reply_to: z.string().max(100).optional().describe('id of the message that this answers'),
    expires_in: z
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .describe('turns after which it is no longer worth reading')
      .meta(RARE),
    attachments: z
      .array(z.string().min(1).max(255))
      .max(16)
      .optional()
      .describe('paths in your workspace, shared/..., or attachments/NAME that you received'),
    done: z.boolean().optional().describe('true: also end the visit'),
  }),
  preview: showReach,
  covers: ({ to, attachments = [] }, scene) => ({ ...coveredReach(to, scene), ...covered(scene, attachments) }),
  stage: stageMessage,
});

/** The present members of `@unit` or `*`, and the files that the message takes along. */
function showReach({ to, attachments = [] }: SendInput, scene: ActContext): string {
  const names = isWide(to) ? reached(to, scene) : [];
  const carried = attachments
    .flatMap((path) => scene.stands(path, true) ?? [])
    .map(({ path, hash }) => `${path} (${hash})`);
  return [
    names.length ? `It reaches ${names.join(', ')}.` : '',
    carried.length ? `It takes with it, by their hashes: ${carried.join(', ')}.` : '',
  ]
    .filter(Boolean)
    .join('\n\n');
}

function coveredReach(to: readonly string[], scene: ActContext): Covers {
  return isWide(to) ? { [to.join(', ')]: textHash(reached(to, scene).join()) } : {};
}

function reached(to: readonly string[], { config, agent }: ActContext): string[] {
  const recipients = resolveRecipients(config, agent, to);
  return recipients.ok ? recipients.names : [];
}

function isWide(to: readonly string[]): boolean {
  return to.some((name) => name === '*' || name.startsWith('@'));
}

type SendInput = {
  to: string[];
  body: string;
  subject?: string | undefined;
  kind?: (typeof MESSAGE_KINDS)[number] | undefined;
  priority?: 'urgent' | 'high' | 'normal' | 'low' | undefined;
  reply_to?: string | undefined;
  expires_in?: number | undefined;
  attachments?: string[] | undefined;
  done?: boolean | undefined;
};

function stageMessage(value: SendInput, scene: ActContext): Staged {
  const { config, agent, turn, given, task, draft } = scene;
  const recipients = resolveRecipients(config, agent, value.to);
  if (!recipients.ok) return recipients;
  const carried = carryFiles(value.attachments ?? [], filesFolder(agent, turn, draft.nextMessage), scene);
  if ('ok' in carried) return carried;
  const { subject, kind, reply_to } = value;
  const answered =
    draft.sent.find(({ message }) => message.id === reply_to)?.message ?? answeredBy(scene.state, agent, reply_to);
  if (carried.files.length === 0 && isWithoutFile(value.body, draft))
    return { ok: false, rule: UNATTACHED, text: NOTHING_ATTACHED };
  if (reply_to !== undefined && !answered && !given.some(({ id }) => id === reply_to))
    return { ok: false, rule: 'reply-to', text: unknownText(reply_to, scene) };
  const message = composeMessage(
    agent,
    turn,
    draft.nextMessage,
    {
      to: recipients.names,
      body: value.body,
      subject: subject === undefined ? undefined : subject.replace(/\s+/g, ' ').trim(),
      kind,
      priority: value.priority,
      reply_to,
      expires: value.expires_in === undefined ? undefined : turn + value.expires_in,
      via: draft.via,
      attachments: carried.names,
      task: task?.id,
    },
    given,
    hopsAfter(given, task),
    answered,
  );
  const same = draft.sent.find((one) => isSame(one, message, carried.files));
  if (same) return { ok: false, rule: 'already-sent', text: `Already sent as ${same.message.id} in this visit.` };
  draft.nextMessage++;
  const held = message.hops > config.org.limits.hops;
  const away = message.to.filter((name) => isAway(config, scene.state, name));
  const tainted = carried.tainted ? true : undefined;
  if (value.done) draft.done ??= { settled: [] };
  draft.sent.push({ message, files: carried.files, held, made: draft.doing, tainted });
  return {
    ok: true,
    text: held
      ? `${message.id} is held, because the conversation has had ${message.hops} messages without a person.`
      : [
          `Sent as ${message.id}.`,
          ...(carried.told ? [carried.told] : []),
          ...away.map((name) => `${goneText(name)} The message waits for it.`),
        ].join(' '),
  };
}

const NOTHING_ATTACHED =
  'The text speaks of an attachment, but nothing is attached. Give the paths of the files in attachments, or send the message again as it is.';

function unknownText(id: string, { state, agent, given }: ActContext): string {
  const { nearest } = nearestTo(
    id,
    [...given, ...(state.mail.owed.get(agent) ?? [])].map((mail) => mail.id),
  );
  const meant = nearest === undefined ? '' : ` Do you mean ${nearest}?`;
  return `You know no message ${JSON.stringify(id)}.${meant} Give the id of a message that you wrote or were given, or leave reply_to out.`;
}

/** Whether a message says the same to the same readers, with the same files. */
function isSame(sent: Draft['sent'][number], message: Message, files: readonly Attached[]): boolean {
  const { to: reached, addressed: to = reached, body, subject } = sent.message;
  return (
    body === message.body &&
    subject === message.subject &&
    to.join() === message.to.join() &&
    sent.files.map(({ data }) => data).join() === files.map(({ data }) => data).join()
  );
}
