/** Marks text that others wrote in a prompt, so that it cannot forge the marks. */

/** The text with every forged mark broken. */
export function tame(text: string): string {
  return text.includes('<') ? text.replace(/<(\/?)(mail|memory|attachment)/gi, '<$1 $2') : text;
}

/**
 * The same for a text that stands between the marks of a task. Mail needs only its own marks broken, and what the journal
 * keeps of it must print the same for ever.
 */
export function tameTask(text: string): string {
  return tame(text).replace(/<(\/?)(task|result)/gi, '<$1 $2');
}

/** The text as a JSON string with angle brackets escaped: a subject cannot close its mark. */
export function quoteUntrusted(text: string): string {
  return JSON.stringify(text).replace(/</g, '\\u003c').replace(/>/g, '\\u003e');
}
