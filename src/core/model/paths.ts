/** Where the files of an organisation lie. */

export function resumePath(agent: string): string {
  return `agents/${agent}/resume.md`;
}

/** The resume of an agent that was retired. A folder that has this and no `resume.md` is no agent. */
export function retiredPath(agent: string): string {
  return `agents/${agent}/resume.retired.md`;
}

export function deadLetterPath(id: string): string {
  return `org/dead-letter/${id}.md`;
}

export function approvalPath(id: string): string {
  return `org/approvals/${id}.md`;
}

export function answeredPath(id: string): string {
  return `org/approvals/answered/${id}.md`;
}
