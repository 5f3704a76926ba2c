/** Text that others wrote stands between marks in a prompt, and cannot forge them. */

/** The text with every mark of ours in it broken. */
export function tame(text: string): string {
  return text.includes('<') ? text.replace(/<(\/?)(mail|memory)/gi, '<$1 $2') : text;
}

/** JSON string with angle brackets escaped: a subject cannot close the mark it stands in. */
export function quoteUntrusted(text: string): string {
  return JSON.stringify(text).replace(/</g, '\\u003c').replace(/>/g, '\\u003e');
}
