/** Every expected error of LeMMing. A fault is a value; `FaultError` carries it where a throw is the clearest way out. */

interface FaultKind {
  /** Exit code of the command line (see docs/reference). */
  exit: number;
  /** HTTP status for the same fault. */
  status: number;
  /** What to do when the place that raises it has nothing better to say. */
  remedy: string;
}

/** The closed table of fault codes: one row a code. */
export const FAULTS = {
  usage: { exit: 2, status: 400, remedy: 'See lemming --help.' },
  'no-org': {
    exit: 6,
    status: 404,
    remedy: 'Change to the folder of an organisation, give one with --org DIR, or create one: lemming bootstrap DIR.',
  },
  'not-found': { exit: 6, status: 404, remedy: 'Check the name or id; lemming status and lemming history list them.' },
  'invalid-yaml': { exit: 3, status: 422, remedy: 'Correct the YAML at this place.' },
  'invalid-value': { exit: 3, status: 422, remedy: 'Change the value at this place.' },
  'unknown-key': { exit: 3, status: 422, remedy: 'Remove the key or correct its name.' },
  'missing-key': { exit: 3, status: 422, remedy: 'Add the key.' },
  'missing-file': {
    exit: 3,
    status: 422,
    remedy: 'Create the file. For an example, run lemming bootstrap in another folder.',
  },
  'unknown-name': { exit: 3, status: 422, remedy: 'Correct the name, or create what it refers to.' },
  'duplicate-name': {
    exit: 3,
    status: 422,
    remedy: 'Rename one of the two: many file systems treat names that differ only by case as the same name.',
  },
  'one-sided-edge': { exit: 3, status: 422, remedy: 'Run lemming doctor --fix to complete the edge.' },
  'idle-route': {
    exit: 3,
    status: 422,
    remedy: 'Correct the route in org/routes.yaml, or add the missing edge to org/chart.yaml.',
  },
  'bad-name': { exit: 3, status: 422, remedy: 'Use lower-case letters, digits, _ and -, starting with a letter.' },
  'bad-env': { exit: 3, status: 422, remedy: 'Correct or unset the variable.' },
  'old-version': { exit: 3, status: 422, remedy: 'Run lemming migrate.' },
  'not-regular': { exit: 3, status: 422, remedy: 'Replace it with a regular file or folder inside the organisation.' },
  absent: {
    exit: 3,
    status: 422,
    remedy:
      'Restore the folder, or give LeMMing read and write access to it. To remove the agent, delete it from org/chart.yaml.',
  },
  'too-large': { exit: 3, status: 413, remedy: 'Shorten the file, or raise limits.message_bytes in org/org.yaml.' },
  'not-text': { exit: 3, status: 422, remedy: 'Save the file as UTF-8 text.' },
  'foreign-file': {
    exit: 3,
    status: 422,
    remedy: 'To send it yourself, move the file to agents/human/outbox/. Otherwise delete it.',
  },
  'known-id': { exit: 3, status: 409, remedy: 'To send it as a new message, remove the id line.' },
  'two-histories': { exit: 3, status: 409, remedy: 'Keep one of the two files, and move the other out of the folder.' },
  'damaged-journal': { exit: 3, status: 409, remedy: 'Restore org/journal from a backup or from version control.' },
  'newer-journal': {
    exit: 3,
    status: 409,
    remedy: 'A newer version of LeMMing wrote this journal. Use that version, or restore an older backup.',
  },
  locked: { exit: 5, status: 409, remedy: 'Wait until the other engine has finished, or stop it.' },
  'lost-lock': { exit: 5, status: 409, remedy: 'Another engine took over. Start again after it has stopped.' },
  untrusted: {
    exit: 4,
    status: 403,
    remedy: 'Run lemming trust to see what would run. To approve it: lemming trust NAME.',
  },
  exposed: {
    exit: 3,
    status: 422,
    remedy: 'Remove the access of other users: chmod 600 for a file, chmod 700 for a folder.',
  },
  refused: { exit: 4, status: 403, remedy: 'Allow it in org/chart.yaml, or in the resume of the agent.' },
  'no-credits': {
    exit: 7,
    status: 402,
    remedy: 'Run lemming top-up AGENT CREDITS, or raise the cap in org/credits.yaml.',
  },
  'no-price': { exit: 7, status: 402, remedy: 'Give the model a price in org/models.yaml.' },
  provider: {
    exit: 8,
    status: 503,
    remedy: 'Run lemming logs to see why. Check the key, the base_url and the service.',
  },
  'not-installed': { exit: 8, status: 503, remedy: 'To install it, run the command in the message once.' },
  'disk-full': { exit: 1, status: 507, remedy: 'Free some space. Nothing was lost; the next run continues.' },
  'disk-read-only': {
    exit: 1,
    status: 507,
    remedy: 'Make the disk writable, or work on a copy elsewhere. Nothing was lost.',
  },
  'no-handles': {
    exit: 1,
    status: 503,
    remedy: 'Allow more open files, such as with ulimit -n 1024. Nothing was lost; the next run continues.',
  },
  'no-access': {
    exit: 1,
    status: 403,
    remedy: 'Give your user read and write access to it (chmod, chown). Nothing was lost; the next run continues.',
  },
  'disk-error': { exit: 1, status: 500, remedy: 'Check the disk. Nothing was lost; the next run continues.' },
  interrupted: { exit: 130, status: 503, remedy: 'Run the command again to continue.' },
  'work-failed': { exit: 1, status: 500, remedy: 'Run lemming logs to see why.' },
  differs: {
    exit: 1,
    status: 409,
    remedy: 'Look at the first difference. Run lemming verify to check whether the journal was changed.',
  },
} as const satisfies Record<string, FaultKind>;

export type FaultCode = keyof typeof FAULTS;

/** An expected error: what is wrong, where, and what to do. Lines and columns count from 1. */
export interface Fault {
  code: FaultCode;
  message: string;
  remedy: string;
  file?: string;
  line?: number;
  column?: number;
  /** The value found at the place, as text. */
  value?: string;
  /** The nearest valid key or name, when there is one. */
  nearest?: string;
}

/** Builds a fault; the remedy defaults to that of the code. */
export function fault(code: FaultCode, message: string, more: Partial<Omit<Fault, 'code' | 'message'>> = {}): Fault {
  return { code, message, remedy: FAULTS[code].remedy, ...more };
}

/** Throws carry their fault, so that a face can print it and choose the exit code. */
export class FaultError extends Error {
  readonly faults: readonly Fault[];
  constructor(...faults: [Fault, ...Fault[]]) {
    super(faults.map(printFault).join('\n'));
    this.name = 'FaultError';
    this.faults = faults;
  }
  get fault(): Fault {
    return this.faults[0] as Fault;
  }
}

/** Shorthand for `new FaultError(fault(...))`. */
export function failure(
  code: FaultCode,
  message: string,
  more: Partial<Omit<Fault, 'code' | 'message'>> = {},
): FaultError {
  return new FaultError(fault(code, message, more));
}

/** The line that a list shows for an entry that is left out because it is broken. */
export function printBroken({ file, line, message }: Fault): string {
  return `Broken: ${file}${line ? `:${line}` : ''}: ${message}`;
}

/** One line: `file:line:column: message (found "value"; did you mean "x"?). Remedy`. */
export function printFault(f: Fault): string {
  const place = f.file ? `${f.file}${f.line ? `:${f.line}${f.column ? `:${f.column}` : ''}` : ''}: ` : '';
  const near = f.nearest ? ` Did you mean "${f.nearest}"?` : '';
  return `${place}${/[.!?]$/.test(f.message) ? f.message : `${f.message}.`}${near} [${f.code}] ${f.remedy}`;
}
