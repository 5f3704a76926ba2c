/** Leaves out what a model thought before it answered, where a service leaves that in the text. */

const START = '<think>';
const END = '</think>';
/** Some services take the first mark away; then the other stands on a line of its own. */
const END_ALONE = /^<\/think>[ \t]*$/m;

/** The text without thoughts at its beginning. Thoughts that do not end are all there is. */
export function withoutThinking(text: string): string {
  let rest = text.trimStart();
  if (!rest.startsWith(START)) {
    const end = END_ALONE.exec(text);
    return end && !text.slice(0, end.index).includes(START) ? text.slice(end.index + END.length).trimStart() : text;
  }
  while (rest.startsWith(START)) {
    const end = rest.indexOf(END);
    rest = end < 0 ? '' : rest.slice(end + END.length).trimStart();
  }
  return rest;
}
