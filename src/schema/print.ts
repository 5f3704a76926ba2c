import type { Message } from './message.ts';
export function printMessage(m: Message): string {
  const q = (s: string) => (/^[a-z][a-z0-9_-]*$/.test(s) ? s : JSON.stringify(s));
  let t = `---\nid: ${q(m.id)}\nfrom: ${m.from}\nto: [${m.to.join(', ')}]\nturn: ${m.turn}\nkind: ${m.kind}\nsubject: ${q(m.subject)}\npriority: ${m.priority}\nthread: ${q(m.thread)}\n`;
  if (m.reply_to !== undefined) t += `reply_to: ${q(m.reply_to)}\n`;
  if (m.expires !== undefined) t += `expires: ${m.expires}\n`;
  t += `hops: ${m.hops}\n`;
  if (m.task !== undefined) t += `task: ${q(m.task)}\n`;
  if (m.attachments) t += `attachments: [${m.attachments.map(q).join(', ')}]\n`;
  return `${t}---\n${m.body}\n`;
}
