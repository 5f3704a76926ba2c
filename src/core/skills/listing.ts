/** Adds a skill to the list in a resume, and leaves the rest of the file as its author wrote it. */

const HEAD = /^---\n([\s\S]*?\n)---(?:\n|$)/;
/** A name in the list, and what may follow the list on its line. */
const NAME = '[\\w*-]+';
const REST = '[ \\t]*(?:#.*)?';
/** `skills: [a, b]` */
const INLINE = new RegExp(
  `^(skills:[ \\t]+\\[[ \\t]*)((?:${NAME}(?:[ \\t]*,[ \\t]*${NAME})*)?)[ \\t]*(\\]${REST})$`,
  'm',
);
/** One name a line, below `skills:`. */
const LINES = new RegExp(
  `^skills:${REST}\\n(?:[ \\t]*- +${NAME}${REST}\\n)*([ \\t]*- +)${NAME}${REST}\\n(?=\\w|#|$(?![\\s\\S]))`,
  'm',
);

/** The text of a resume with the skill in its list; null when the list is in a form that cannot be changed safely. Pure. */
export function withSkill(text: string, skill: string): string | null {
  const head = HEAD.exec(text)?.[1];
  if (head === undefined || !/^\w/.test(head)) return null;
  const changed = inHead(head, skill);
  return changed === null ? null : `---\n${changed}${text.slice(4 + head.length)}`;
}

function inHead(head: string, skill: string): string | null {
  if (!/^["']?skills\b/m.test(head)) return `${head}skills: [${skill}]\n`;
  const inline = INLINE.exec(head);
  if (inline) return head.replace(inline[0], () => `${inline[1]}${inline[2] && `${inline[2]}, `}${skill}${inline[3]}`);
  const lines = LINES.exec(head);
  return lines && head.replace(lines[0], () => `${lines[0]}${lines[1]}${skill}\n`);
}
