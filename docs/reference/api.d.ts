// disk/fs/clock.d.ts
/**
 * On file systems with a coarse clock, a second change shortly after the first leaves the modification time as it is. A time
 * this recent, in milliseconds, therefore does not prove that a file is unchanged.
 */
export declare const GRAIN_MS = 50;
export interface Clock {
    /** Milliseconds since 1970. */
    now(): number;
    /** Milliseconds from an arbitrary fixed point; never goes back. */
    ticks(): number;
    /** Waits. Rejects with the signal's reason if aborted. */
    sleep(ms: number, signal?: AbortSignal): Promise<void>;
    /** Calls back after that many milliseconds. The returned function cancels the timer. */
    timer(ms: number, late: () => void): () => void;
    /** A number from 0 (inclusive) to 1 (exclusive). */
    random(): number;
    /** A short text that cannot be guessed. */
    token(): string;
}
export declare const realClock: Clock;
/** A signal that aborts after that many milliseconds. */
export declare function deadline(ms: number): AbortSignal;

// disk/fs/disk.d.ts
/** The interface of a file system, and its errors. */
import type { FaultCode } from '../../schema/fault.ts';
/**
 * The interface of a file system. Paths are relative to the org folder, with `/` between parts. Every call is synchronous,
 * which is 2 to 4 times faster than promises for files this small. `real.ts` implements it; tests use an implementation in
 * memory that can lose unsynced operations.
 */
export interface Disk {
    /**
     * The bytes of a regular file; null if nothing is there. Never follows a link, never blocks on a FIFO. `alone` refuses a file
     * that has a second name, where that is known; `whole` reads a file of ours however large it is. Throws a `DiskError`.
     */
    read(path: string, how?: 'alone' | 'whole'): Uint8Array | null;
    /** Up to `size` bytes of a regular file from an offset; null if nothing is there. */
    readPart(path: string, at: number, size: number): Uint8Array | null;
    /** The names in a folder, sorted by code unit; null if there is no such folder. */
    list(path: string): string[] | null;
    /** The name and stat of everything in a folder, in the order of `list`; null if there is no such folder. */
    look(path: string): [name: string, stat: Stat][] | null;
    /**
     * At most that many names in a folder, sorted, each with its kind; null if there is no such folder. Which names of a larger
     * folder are returned is undefined; the others are not read.
     */
    glance(path: string, most: number): {
        found: [name: string, kind: Stat['kind']][];
        more: boolean;
    } | null;
    /** What is at the path, without following a link; null if nothing is there. */
    stat(path: string): Stat | null;
    /** False if the system denies this process reading or writing there; true if nothing is there. Follows no link. */
    isOpen(path: string): boolean;
    /**
     * Creates a new file with these bytes and returns its mark; fails with `exists` if something is there. Makes missing parent
     * folders.
     */
    create(path: string, bytes: string | Uint8Array): string;
    /** Moves a file within the org atomically, and replaces what is at the target. Makes missing parent folders of the target. */
    rename(from: string, to: string): void;
    /** Gives the file a second name; fails with `exists` if the target is taken. */
    link(from: string, to: string): void;
    /** Removes a file; an absent file is no error. */
    unlink(path: string): void;
    /** Makes a folder and its parents. Only `mkdir('')` makes the org folder itself. */
    mkdir(path: string): void;
    /** Removes a folder if it is empty. A folder that is absent or not empty is no error. */
    rmdir(path: string): void;
    /** Opens a file for appending, and creates it if it is absent. */
    append(path: string): Appender;
    /** The number of bytes that can still be written. */
    free(): number;
    /** Makes the content of a file durable. */
    syncFile(path: string): void;
    /** Makes the names in a folder durable. */
    syncDir(path: string): void;
    /** Forgets which folders were found not to be links: people may have changed them since. */
    recheck(): void;
}
/** A journal or log that is open for appending. */
export interface Appender {
    write(bytes: string | Uint8Array): void;
    /** Calls fdatasync: what was written is durable when it returns. */
    sync(): void;
    /** Truncates the file to that many bytes. */
    truncate(bytes: number): void;
    close(): void;
}
export interface Stat {
    kind: 'file' | 'folder' | 'link' | 'other';
    size: number;
    /** Changes with the content or identity of the file: inode, size and modification time. A rename or link keeps it. */
    mark: string;
    /** Modification time in milliseconds since 1970. */
    mtimeMs: number;
    /** Changes with the owner or the mode of the file. */
    rights: string;
    /** The number of names of a file, where that is known. */
    links?: number;
}
export type DiskFailure = 'exists' | 'absent' | 'full' | 'read-only' | 'denied' | 'handles' | 'io' | 'not-regular' | 'too-large' | 'name' | 'other';
/** A failed file operation, with the path and the system's reason. */
export declare class DiskError extends Error {
    readonly failure: DiskFailure;
    readonly path: string;
    constructor(failure: DiskFailure, path: string, cause: string);
}
/** Whether the file system refused only that name or place. */
export declare function isOfPlace(error: unknown): error is DiskError;
/** The fault code of a failed file operation. */
export declare function codeOf({ failure }: DiskError): FaultCode;

// faces/library/open.d.ts
import type { Org } from './org.ts';
/** Options for opening an organisation. */
interface OpenWish {
    /** Where there is no organisation yet, it is made from this template ("default" is the sample), or for this purpose. */
    template?: string;
    purpose?: string;
    /** The environment, with the keys of providers. By default that of the process. */
    env?: Record<string, string | undefined>;
}
/**
 * Opens the organisation in a folder. Where there is none, makes it first if `template` or `purpose` is given; otherwise
 * rejects with the fault `no-org`.
 */
export declare function open(folder: string, wish?: OpenWish): Promise<Org>;
export {};

// faces/library/org.d.ts
/** The types of the library: an organisation and what its methods give. */
import type { Fault } from '../../schema/fault.ts';
import type { TurnEvent } from '../../views/journal/turn-event.ts';
/**
 * An organisation for a program. It acts as a person of the chart: `human`, or else the first one. All names are those of
 * files and of `--json`; amounts are credits. What agents wrote is data, never an instruction. Every method rejects with a
 * `FaultError` when an expected error occurs.
 */
export interface Org {
    /** Its folder, absolute. */
    readonly folder: string;
    /** Writes to an agent, an "@unit" or "*". The message is read in the next turn. */
    send(to: string, body: string, more?: Partial<Pick<Message, 'subject' | 'kind' | 'priority' | 'thread' | 'reply_to' | 'task'>>): Promise<{
        path: string;
        to: string[];
        from: string;
    }>;
    /** Answers a message in its conversation; `all`: its other recipients as well. The message counts as read. */
    reply(id: string, body: string, more?: {
        all?: boolean;
    }): Promise<{
        path: string;
        to: string[];
        from: string;
    }>;
    /**
     * Makes turns: so many, until nobody is due, or until `signal` is aborted or the organisation is closed. A turn under way
     * is always finished. One engine works in a folder at a time: the fault `locked` names another one.
     */
    run(wish?: {
        /** How many turns. */
        turns?: number;
        /** Until nobody is due any more. */
        until_idle?: boolean;
        /** Credits that it may cost at most. */
        max_cost?: number;
        /** Calls of providers at the same time. */
        concurrency?: number;
        signal?: AbortSignal;
    }): Promise<{
        /** The last committed turn. */
        turn: number;
        /** How many were made. */
        turns: number;
        visits: Visit[];
        spent: number;
        idle: boolean;
        /** Why it ended. `failing`: only agents whose provider keeps failing are left. */
        end: 'turns' | 'paused' | 'idle' | 'failing' | 'interrupted' | 'max-cost' | 'max-turns';
        faults: Fault[];
    }>;
    /** Acts that wait for a person. */
    approvals(): Promise<Approval[]>;
    /**
     * Approves a held act: it is judged again in the next turn, and done once. `changed`: it is held again, because these
     * things are no longer as they were shown.
     */
    approve(id: string, more?: {
        note?: string;
    }): Promise<{
        id: string;
        agent: string;
        tool: string;
        changed: string[];
    }>;
    /** Denies a held act; its agent is told the note. */
    deny(id: string, more?: {
        note?: string;
    }): Promise<{
        id: string;
        agent: string;
        tool: string;
    }>;
    /** Mail to the person, unread first, then the latest that was read. */
    inbox(wish?: {
        unread?: boolean;
        all?: boolean;
    }): Promise<Message[]>;
    /** A message. Mail to the person counts as read from then on. */
    read(id: string): Promise<Message>;
    /** Mail of the last 50 turns; `of`: with one agent, or the whole conversation of a message. */
    messages(wish?: {
        of?: string;
        turns?: number;
    }): Promise<Message[]>;
    /** What was granted, spent, and is left. */
    costs(): Promise<Ledger>;
    /** How the organisation and each agent is. `turn`: the last committed one. */
    status(): Promise<{
        org: string;
        turn: number;
        state: 'idle' | 'running' | 'paused';
        agents: Agent[];
        /** Acts that wait for a person. */
        approvals: number;
        dead_letters: number;
        faults: Fault[];
    }>;
    /**
     * What happens, in the order of the journal, whoever makes the turns: from the next turn on, or from `since`. The effects
     * of a turn come when it is done, so everything that they name stands in the folder. It ends when `signal` is aborted or
     * the organisation is closed, after what was done until then.
     */
    follow(wish?: {
        since?: number;
        signal?: AbortSignal;
    }): AsyncIterable<Effect>;
    /** Ends `follow`, finishes a turn under way, and waits for everything that was asked. */
    close(): Promise<void>;
}
/** A message, as `inbox --json` tells it. */
export interface Message {
    id: string;
    from: string;
    to: string[];
    turn: number;
    kind: 'message' | 'request' | 'response' | 'report' | 'status' | 'task' | 'notice';
    subject: string;
    priority: 'urgent' | 'high' | 'normal' | 'low';
    /** The id of the first message of its conversation. */
    thread: string;
    reply_to: string | null;
    task: string | null;
    attachments: string[];
    /** Where these lie, in the organisation. */
    files: string[];
    read: boolean;
    /** Its file, in the organisation. */
    path: string;
    body: string;
}
/** One agent's part of one turn. */
export interface Visit {
    turn: number;
    agent: string;
    outcome: 'ok' | 'cut' | 'failed' | 'skipped';
    /** Why it was cut, failed or was skipped. */
    reason?: string;
    /** The reason of a cut in words. */
    detail?: string;
    sent: number;
    refused: number;
    held: number;
    cost: number;
}
/** A held act that waits for a person. */
export interface Approval {
    id: string;
    /** The turn in which it was held. */
    turn: number;
    agent: string;
    tool: string;
    input: unknown;
    /** The rule that holds it, and the reason that it gives. */
    rule: string;
    because?: string;
    /** Who is asked. */
    contacts: string[];
    /** What it would change, for a person. */
    shows?: string;
    /** What changed since it was held. */
    changed: string[];
    /** The conversation to which it belongs. */
    thread: string | null;
    /** What doing it costs. */
    costs: number;
    /** What happens when nobody answers. */
    otherwise: string;
    /** An answer that the next turn takes in. */
    answer: {
        decision: 'approve' | 'deny';
        by: string;
        note: string;
    } | null;
}
/** The ledger: what was granted, spent and left, and on what it was spent. */
export interface Ledger {
    granted: number;
    spent: number;
    reserved: number;
    left: number;
    /** What attempts that a crash cut off may have cost. */
    in_doubt: number;
    by_agent: Record<string, {
        granted: number;
        spent: number;
        reserved: number;
        left: number;
        calls: number;
    }>;
    by_model: Record<string, {
        spent: number;
        calls: number;
        tokens_in: number;
        tokens_out: number;
    }>;
    by_provider: Record<string, {
        spent: number;
        calls: number;
        tokens_in: number;
        tokens_out: number;
    }>;
}
/** The state of an agent. */
export interface Agent {
    name: string;
    person: boolean;
    state: 'unknown' | 'initializing' | 'idle' | 'active' | 'paused' | 'error' | 'offline' | 'finished';
    health: 'healthy' | 'degraded' | 'unhealthy';
    unread: number;
    credits: {
        granted: number;
        spent: number;
        reserved: number;
        left: number;
    };
    last_turn: number;
    next_turn: number | null;
    /** Why it is due in the next turn, or why not. */
    why: string;
}
/** Something that happened in a turn. */
export interface Effect {
    turn: number;
    /** `turn`: its end. */
    what: TurnEvent['what'] | 'turn';
    /** Whom it concerns. */
    agent: string | null;
    /** Of a message, a held act or a dead letter. */
    id: string | null;
    /** One line for people. */
    text: string;
}

// lemming.d.ts
/**
 * `lemming`: an organisation in a program of yours (docs/embedding.md).
 *
 * - `open` opens an organisation, or makes one first. What it gives is an `Org`: send mail, make turns, answer held acts,
 *   follow what happens, look at mail and costs.
 * - `FaultError` is what it throws where something expected went wrong: each `Fault` has a code, a place and a remedy.
 */
import { open } from './faces/library/open.ts';
import type { Agent, Approval, Effect, Ledger, Message, Org, Visit } from './faces/library/org.ts';
import { type Fault, FaultError } from './schema/fault.ts';
export { type Agent, type Approval, type Effect, type Fault, FaultError, type Ledger, type Message, type Org, open, type Visit, };

// schema/fault.d.ts
/** Every expected error of LeMMing. A fault is a value; `FaultError` carries it where a throw is the clearest way out. */
/** The closed table of fault codes: one row a code. */
export declare const FAULTS: {
    readonly usage: {
        readonly exit: 2;
        readonly status: 400;
        readonly remedy: "See lemming --help.";
    };
    readonly 'no-org': {
        readonly exit: 6;
        readonly status: 404;
        readonly remedy: "Change to the folder of an organisation, give one with --org DIR, or create one: lemming bootstrap DIR.";
    };
    readonly 'not-found': {
        readonly exit: 6;
        readonly status: 404;
        readonly remedy: "Check the name or id; lemming status and lemming history list them.";
    };
    readonly 'invalid-yaml': {
        readonly exit: 3;
        readonly status: 422;
        readonly remedy: "Correct the YAML at this place.";
    };
    readonly 'invalid-value': {
        readonly exit: 3;
        readonly status: 422;
        readonly remedy: "Change the value at this place.";
    };
    readonly 'unknown-key': {
        readonly exit: 3;
        readonly status: 422;
        readonly remedy: "Remove the key or correct its name.";
    };
    readonly 'missing-key': {
        readonly exit: 3;
        readonly status: 422;
        readonly remedy: "Add the key.";
    };
    readonly 'missing-file': {
        readonly exit: 3;
        readonly status: 422;
        readonly remedy: "Create the file. For an example, run lemming bootstrap in another folder.";
    };
    readonly 'unknown-name': {
        readonly exit: 3;
        readonly status: 422;
        readonly remedy: "Correct the name, or create what it refers to.";
    };
    readonly 'duplicate-name': {
        readonly exit: 3;
        readonly status: 422;
        readonly remedy: "Rename one of the two: many file systems treat names that differ only by case as the same name.";
    };
    readonly 'one-sided-edge': {
        readonly exit: 3;
        readonly status: 422;
        readonly remedy: "Run lemming doctor --fix to complete the edge.";
    };
    readonly 'idle-route': {
        readonly exit: 3;
        readonly status: 422;
        readonly remedy: "Correct the route in org/routes.yaml, or add the missing edge to org/chart.yaml.";
    };
    readonly 'bad-name': {
        readonly exit: 3;
        readonly status: 422;
        readonly remedy: "Use lower-case letters, digits, _ and -, starting with a letter.";
    };
    readonly 'bad-env': {
        readonly exit: 3;
        readonly status: 422;
        readonly remedy: "Correct or unset the variable.";
    };
    readonly 'old-version': {
        readonly exit: 3;
        readonly status: 422;
        readonly remedy: "Run lemming migrate.";
    };
    readonly 'not-regular': {
        readonly exit: 3;
        readonly status: 422;
        readonly remedy: "Replace it with a regular file or folder inside the organisation.";
    };
    readonly absent: {
        readonly exit: 3;
        readonly status: 422;
        readonly remedy: "Restore the folder, or give LeMMing read and write access to it. To remove the agent, delete it from org/chart.yaml.";
    };
    readonly 'too-large': {
        readonly exit: 3;
        readonly status: 413;
        readonly remedy: "Shorten the file, or raise limits.message_bytes in org/org.yaml.";
    };
    readonly 'not-text': {
        readonly exit: 3;
        readonly status: 422;
        readonly remedy: "Save the file as UTF-8 text.";
    };
    readonly 'foreign-file': {
        readonly exit: 3;
        readonly status: 422;
        readonly remedy: "To send it yourself, move the file to agents/human/outbox/. Otherwise delete it.";
    };
    readonly 'known-id': {
        readonly exit: 3;
        readonly status: 409;
        readonly remedy: "To send it as a new message, remove the id line.";
    };
    readonly 'two-histories': {
        readonly exit: 3;
        readonly status: 409;
        readonly remedy: "Keep one of the two files, and move the other out of the folder.";
    };
    readonly 'damaged-journal': {
        readonly exit: 3;
        readonly status: 409;
        readonly remedy: "Restore org/journal from a backup or from version control.";
    };
    readonly 'newer-journal': {
        readonly exit: 3;
        readonly status: 409;
        readonly remedy: "A newer version of LeMMing wrote this journal. Use that version, or restore an older backup.";
    };
    readonly locked: {
        readonly exit: 5;
        readonly status: 409;
        readonly remedy: "Wait until the other engine has finished, or stop it.";
    };
    readonly 'lost-lock': {
        readonly exit: 5;
        readonly status: 409;
        readonly remedy: "Another engine took over. Start again after it has stopped.";
    };
    readonly untrusted: {
        readonly exit: 4;
        readonly status: 403;
        readonly remedy: "Run lemming trust to see what would run. To approve it: lemming trust NAME.";
    };
    readonly exposed: {
        readonly exit: 3;
        readonly status: 422;
        readonly remedy: "Remove the access of other users: chmod 600 for a file, chmod 700 for a folder.";
    };
    readonly refused: {
        readonly exit: 4;
        readonly status: 403;
        readonly remedy: "Allow it in org/chart.yaml, or in the resume of the agent.";
    };
    readonly 'no-credits': {
        readonly exit: 7;
        readonly status: 402;
        readonly remedy: "Run lemming top-up AGENT CREDITS, or raise the cap in org/credits.yaml.";
    };
    readonly 'no-price': {
        readonly exit: 7;
        readonly status: 402;
        readonly remedy: "Give the model a price in org/models.yaml.";
    };
    readonly provider: {
        readonly exit: 8;
        readonly status: 503;
        readonly remedy: "Run lemming logs to see why. Check the key, the base_url and the service.";
    };
    readonly 'not-installed': {
        readonly exit: 8;
        readonly status: 503;
        readonly remedy: "To install it, run the command in the message once.";
    };
    readonly 'disk-full': {
        readonly exit: 1;
        readonly status: 507;
        readonly remedy: "Free some space. Nothing was lost; the next run continues.";
    };
    readonly 'disk-read-only': {
        readonly exit: 1;
        readonly status: 507;
        readonly remedy: "Make the disk writable, or work on a copy elsewhere. Nothing was lost.";
    };
    readonly 'no-handles': {
        readonly exit: 1;
        readonly status: 503;
        readonly remedy: "Allow more open files, such as with ulimit -n 1024. Nothing was lost; the next run continues.";
    };
    readonly 'no-access': {
        readonly exit: 1;
        readonly status: 403;
        readonly remedy: "Give your user read and write access to it (chmod, chown). Nothing was lost; the next run continues.";
    };
    readonly 'disk-error': {
        readonly exit: 1;
        readonly status: 500;
        readonly remedy: "Check the disk. Nothing was lost; the next run continues.";
    };
    readonly interrupted: {
        readonly exit: 130;
        readonly status: 503;
        readonly remedy: "Run the command again to continue.";
    };
    readonly 'work-failed': {
        readonly exit: 1;
        readonly status: 500;
        readonly remedy: "Run lemming logs to see why.";
    };
    readonly differs: {
        readonly exit: 1;
        readonly status: 409;
        readonly remedy: "Look at the first difference. Run lemming verify to check whether the journal was changed.";
    };
};
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
export declare function fault(code: FaultCode, message: string, more?: Partial<Omit<Fault, 'code' | 'message'>>): Fault;
/** Throws carry their fault, so that a face can print it and choose the exit code. */
export declare class FaultError extends Error {
    readonly faults: readonly Fault[];
    constructor(...faults: [Fault, ...Fault[]]);
    get fault(): Fault;
}
/** Shorthand for `new FaultError(fault(...))`. */
export declare function failure(code: FaultCode, message: string, more?: Partial<Omit<Fault, 'code' | 'message'>>): FaultError;
/** The line that a list shows for an entry that is left out because it is broken. */
export declare function printBroken({ file, line, message }: Fault): string;
/** One line: `file:line:column: message (found "value"; did you mean "x"?). Remedy`. */
export declare function printFault(f: Fault): string;

// schema/records/workflow.d.ts
/** The schema of a workflow: its inputs, what starts it, and its steps. */
import * as z from 'zod';
/** Steps of a workflow, and items of a step, at most. */
export declare const MOST_STEPS = 100;
export declare const MOST_ITEMS = 100;
/** One input, as a field of a JSON Schema is described. */
declare const input: () => z.ZodObject<{
    type: z.ZodEnum<{
        string: "string";
        number: "number";
        boolean: "boolean";
        array: "array";
        integer: "integer";
    }>;
    description: z.ZodOptional<z.ZodString>;
    default: z.ZodOptional<z.ZodJSONSchema>;
    enum: z.ZodOptional<z.ZodArray<z.ZodJSONSchema>>;
    minimum: z.ZodOptional<z.ZodNumber>;
    maximum: z.ZodOptional<z.ZodNumber>;
    maxLength: z.ZodOptional<z.ZodNumber>;
    items: z.ZodOptional<z.ZodEnum<{
        string: "string";
        number: "number";
        boolean: "boolean";
        integer: "integer";
    }>>;
    maxItems: z.ZodOptional<z.ZodNumber>;
}, z.core.$strict>;
export type WorkflowInput = z.infer<ReturnType<typeof input>>;
/** What starts a run by itself. */
declare const on: () => z.ZodObject<{
    mail: z.ZodOptional<z.ZodObject<{
        from: z.ZodPipe<z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>]>, z.ZodTransform<string[], string | string[]>>;
        subject: z.ZodOptional<z.ZodString>;
    }, z.core.$strict>>;
    every: z.ZodOptional<z.ZodNumber>;
    cron: z.ZodOptional<z.ZodString>;
    zone: z.ZodDefault<z.ZodString>;
    with: z.ZodDefault<z.ZodRecord<z.ZodString, z.ZodJSONSchema>>;
}, z.core.$strict>;
export type WorkflowTriggers = z.infer<ReturnType<typeof on>>;
/** Exactly one of these says what a step is. */
export declare const STEP_KINDS: readonly ["agent", "capability", "wait", "workflow"];
declare const workflowStep: () => z.ZodObject<{
    id: z.ZodString;
    title: z.ZodOptional<z.ZodString>;
    agent: z.ZodOptional<z.ZodString>;
    capability: z.ZodOptional<z.ZodString>;
    wait: z.ZodOptional<z.ZodObject<{
        mail: z.ZodOptional<z.ZodObject<{
            from: z.ZodPipe<z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>]>, z.ZodTransform<string[], string | string[]>>;
            subject: z.ZodOptional<z.ZodString>;
        }, z.core.$strict>>;
        approval: z.ZodOptional<z.ZodObject<{
            by: z.ZodPipe<z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>]>, z.ZodTransform<string[], string | string[]>>;
            text: z.ZodString;
        }, z.core.$strict>>;
        turns: z.ZodOptional<z.ZodNumber>;
    }, z.core.$strict>>;
    workflow: z.ZodOptional<z.ZodString>;
    do: z.ZodOptional<z.ZodString>;
    with: z.ZodDefault<z.ZodRecord<z.ZodString, z.ZodJSONSchema>>;
    needs: z.ZodDefault<z.ZodArray<z.ZodString>>;
    needs_any: z.ZodDefault<z.ZodArray<z.ZodString>>;
    when: z.ZodOptional<z.ZodString>;
    foreach: z.ZodOptional<z.ZodObject<{
        in: z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodJSONSchema>]>;
        max: z.ZodNumber;
    }, z.core.$strict>>;
    approve: z.ZodOptional<z.ZodPipe<z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>]>, z.ZodTransform<string[], string | string[]>>>;
    timeout: z.ZodOptional<z.ZodString>;
    retries: z.ZodDefault<z.ZodNumber>;
    ensures: z.ZodDefault<z.ZodArray<z.ZodUnion<readonly [z.ZodObject<{
        file: z.ZodString;
    }, z.core.$strict>, z.ZodObject<{
        run: z.ZodArray<z.ZodString>;
    }, z.core.$strict>, z.ZodObject<{
        approved_by: z.ZodString;
    }, z.core.$strict>]>>>;
    compensate: z.ZodDefault<z.ZodUnion<readonly [z.ZodEnum<{
        none: "none";
        undo: "undo";
    }>, z.ZodObject<{
        agent: z.ZodOptional<z.ZodString>;
        capability: z.ZodOptional<z.ZodString>;
        do: z.ZodString;
        with: z.ZodDefault<z.ZodRecord<z.ZodString, z.ZodJSONSchema>>;
        timeout: z.ZodOptional<z.ZodString>;
        retries: z.ZodDefault<z.ZodNumber>;
    }, z.core.$strict>]>>;
}, z.core.$strict>;
/** A step as its file states it. */
export type WorkflowStep = z.infer<ReturnType<typeof workflowStep>>;
/** `org/workflows/<id>.yaml`. */
export declare const workflowFile: () => z.ZodObject<{
    version: z.ZodLiteral<1>;
    title: z.ZodOptional<z.ZodString>;
    description: z.ZodOptional<z.ZodString>;
    inputs: z.ZodDefault<z.ZodRecord<z.ZodString, z.ZodObject<{
        type: z.ZodEnum<{
            string: "string";
            number: "number";
            boolean: "boolean";
            array: "array";
            integer: "integer";
        }>;
        description: z.ZodOptional<z.ZodString>;
        default: z.ZodOptional<z.ZodJSONSchema>;
        enum: z.ZodOptional<z.ZodArray<z.ZodJSONSchema>>;
        minimum: z.ZodOptional<z.ZodNumber>;
        maximum: z.ZodOptional<z.ZodNumber>;
        maxLength: z.ZodOptional<z.ZodNumber>;
        items: z.ZodOptional<z.ZodEnum<{
            string: "string";
            number: "number";
            boolean: "boolean";
            integer: "integer";
        }>>;
        maxItems: z.ZodOptional<z.ZodNumber>;
    }, z.core.$strict>>>;
    owner: z.ZodOptional<z.ZodString>;
    on: z.ZodOptional<z.ZodObject<{
        mail: z.ZodOptional<z.ZodObject<{
            from: z.ZodPipe<z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>]>, z.ZodTransform<string[], string | string[]>>;
            subject: z.ZodOptional<z.ZodString>;
        }, z.core.$strict>>;
        every: z.ZodOptional<z.ZodNumber>;
        cron: z.ZodOptional<z.ZodString>;
        zone: z.ZodDefault<z.ZodString>;
        with: z.ZodDefault<z.ZodRecord<z.ZodString, z.ZodJSONSchema>>;
    }, z.core.$strict>>;
    budget: z.ZodOptional<z.ZodPipe<z.ZodNumber, z.ZodTransform<number, number>>>;
    steps: z.ZodArray<z.ZodObject<{
        id: z.ZodString;
        title: z.ZodOptional<z.ZodString>;
        agent: z.ZodOptional<z.ZodString>;
        capability: z.ZodOptional<z.ZodString>;
        wait: z.ZodOptional<z.ZodObject<{
            mail: z.ZodOptional<z.ZodObject<{
                from: z.ZodPipe<z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>]>, z.ZodTransform<string[], string | string[]>>;
                subject: z.ZodOptional<z.ZodString>;
            }, z.core.$strict>>;
            approval: z.ZodOptional<z.ZodObject<{
                by: z.ZodPipe<z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>]>, z.ZodTransform<string[], string | string[]>>;
                text: z.ZodString;
            }, z.core.$strict>>;
            turns: z.ZodOptional<z.ZodNumber>;
        }, z.core.$strict>>;
        workflow: z.ZodOptional<z.ZodString>;
        do: z.ZodOptional<z.ZodString>;
        with: z.ZodDefault<z.ZodRecord<z.ZodString, z.ZodJSONSchema>>;
        needs: z.ZodDefault<z.ZodArray<z.ZodString>>;
        needs_any: z.ZodDefault<z.ZodArray<z.ZodString>>;
        when: z.ZodOptional<z.ZodString>;
        foreach: z.ZodOptional<z.ZodObject<{
            in: z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodJSONSchema>]>;
            max: z.ZodNumber;
        }, z.core.$strict>>;
        approve: z.ZodOptional<z.ZodPipe<z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>]>, z.ZodTransform<string[], string | string[]>>>;
        timeout: z.ZodOptional<z.ZodString>;
        retries: z.ZodDefault<z.ZodNumber>;
        ensures: z.ZodDefault<z.ZodArray<z.ZodUnion<readonly [z.ZodObject<{
            file: z.ZodString;
        }, z.core.$strict>, z.ZodObject<{
            run: z.ZodArray<z.ZodString>;
        }, z.core.$strict>, z.ZodObject<{
            approved_by: z.ZodString;
        }, z.core.$strict>]>>>;
        compensate: z.ZodDefault<z.ZodUnion<readonly [z.ZodEnum<{
            none: "none";
            undo: "undo";
        }>, z.ZodObject<{
            agent: z.ZodOptional<z.ZodString>;
            capability: z.ZodOptional<z.ZodString>;
            do: z.ZodString;
            with: z.ZodDefault<z.ZodRecord<z.ZodString, z.ZodJSONSchema>>;
            timeout: z.ZodOptional<z.ZodString>;
            retries: z.ZodDefault<z.ZodNumber>;
        }, z.core.$strict>]>>;
    }, z.core.$strict>>;
}, z.core.$strict>;
/** A workflow as its file states it; amounts are in micro-credits. */
export type WorkflowFile = z.infer<ReturnType<typeof workflowFile>>;
/** A workflow as a person writes it: what has a default may be left out, and amounts are in credits. */
export type WorkflowDraft = z.input<ReturnType<typeof workflowFile>>;
export {};

// testing.d.ts
/**
 * `lemming/testing`: organisations for tests, without a network, a clock or a real folder.
 *
 * - `planFiles` and `buildOrg` make an organisation from a few lines: who writes to whom, and whatever else matters.
 * - `sketchOf` draws one at random, from the choices that `drawsOf` makes of a list of numbers.
 * - `MemoryDisk` is a folder in memory that can fail, run full, lose what was not synced, or stop the machine (`Crash`) at
 *   any operation; `afterCrash` is the folder that the next start finds.
 * - `FakeClock` moves only when somebody waits for it, or when it is told to.
 */
import { buildOrg, type OrgPlan, planFiles } from './testing/build-org.ts';
import { FakeClock } from './testing/fake-clock.ts';
import { type ChartLists, type Draw, drawsOf, type Sketch, sketchOf } from './testing/generators.ts';
import { Crash, type DiskFate, type LookOperation, MemoryDisk, type OpenFile, type Operation } from './testing/memory-disk.ts';
export { buildOrg, type ChartLists, Crash, type DiskFate, type Draw, drawsOf, FakeClock, type LookOperation, MemoryDisk, type OpenFile, type Operation, type OrgPlan, planFiles, type Sketch, sketchOf, };

// testing/build-org.d.ts
import type { Disk } from '../disk/fs/disk.ts';
/** An organisation for tests, as values. Only the edges are needed: the rest is a scripted model whose calls cost nothing. */
export interface OrgPlan {
    name?: string;
    /** agent → whom it may write to. The other end of each edge is added. */
    edges: Record<string, string[]>;
    org?: Record<string, unknown>;
    models?: Record<string, unknown>;
    credits?: Record<string, unknown>;
    /** Rules of org/script.yaml. */
    rules?: unknown[];
    /** Front matter by agent, over the default. */
    resumes?: Record<string, Record<string, unknown>>;
    /** More files: path → text. */
    files?: Record<string, string>;
}
/** path → text of every file of the org. */
export declare function planFiles(plan: OrgPlan): Map<string, string>;
/** Writes the files of a plan to a disk. */
export declare function buildOrg(disk: Disk, plan: OrgPlan): void;

// testing/fake-clock.d.ts
/** A clock for tests that moves only when somebody waits. */
import type { Clock } from '../disk/fs/clock.ts';
/**
 * A clock that only moves when somebody waits for it, at once and by just so much, or when a test advances it. Starts at a
 * fixed time; its tokens count up, so that a test sees the same in every run.
 */
export declare class FakeClock implements Clock {
    private time;
    private tokens;
    constructor(start?: number);
    now(): number;
    ticks(): number;
    /** Time goes by. */
    advance(ms: number): void;
    /** Takes no real time. Rejects when the signal was aborted before. */
    sleep(ms: number, signal?: AbortSignal): Promise<void>;
    /** Time goes by when nothing else is left to be done at once. */
    timer(ms: number, late: () => void): () => void;
    /** Always the middle. */
    random(): number;
    token(): string;
}

// testing/generators.d.ts
/** Draws random organisations for property tests. */
import type { OrgPlan } from './build-org.ts';
/** A source of choices: each call gives a whole number from 0 up to, not including, `below`. */
export type Draw = (below: number) => number;
/** Choices from a list of numbers; 0 when the list has too little left, so that a shorter list means simpler things. */
export declare function drawsOf(numbers: readonly number[]): Draw;
/** Both lists of an agent in the chart. */
export interface ChartLists {
    send_to: string[];
    read_from: string[];
}
/** An organisation with one person, `human`. Any edge may have one end only. */
export interface Sketch {
    agents: string[];
    plan: OrgPlan;
}
/** An organisation of two to seven agents that call the model of a provider named `actor`, with `spare` behind it. */
export declare function sketchOf(draw: Draw): Sketch;

// testing/memory-disk.d.ts
/** A disk in memory that can fail, fill up and lose power. */
import { type Appender, type Disk, type DiskFailure, type Stat } from '../disk/fs/disk.ts';
/** Thrown when the simulated machine stops; nothing works afterwards. */
export declare class Crash extends Error {
}
/** What the disk does at one operation that changes it. `full-torn`: it carries out half of a write, then it is full. */
export type DiskFate = 'go' | 'crash-before' | 'crash-torn' | 'crash-after' | 'full-torn' | DiskFailure;
/** An operation that changes the disk, as the plan of a test sees it. */
export interface Operation {
    /** From 1, over the life of the disk object. */
    index: number;
    name: 'create' | 'rename' | 'link' | 'unlink' | 'mkdir' | 'rmdir' | 'write' | 'truncate' | 'sync' | 'syncFile' | 'syncDir';
    path: string;
    /** Bytes that it writes. */
    bytes: number;
}
/** An operation that only looks. */
export interface LookOperation {
    /** From 1, over the life of the disk object. */
    index: number;
    name: 'read' | 'list' | 'stat';
    path: string;
}
/** A file that a person's program holds open: it stays the same file whatever happens to its name. */
export interface OpenFile {
    truncate(): void;
    write(text: string): void;
}
/**
 * A file system in memory that forgets what was not synced: file content is durable after a sync of the file, names after
 * a sync of their folder, and a crash keeps any subset of the rest (the model of the ALICE study, OSDI '14). Stricter than
 * any real one.
 */
export declare class MemoryDisk implements Disk {
    private names;
    private durableNames;
    private folders;
    /** Folder → how often its names changed, and when last. */
    private changes;
    private pending;
    private nextId;
    private crashed;
    private operations;
    private looks;
    /** Names that differ in case, or in how an accent is written, are one, as on many disks of other systems. */
    folds: boolean;
    /** Chooses the fate of each changing operation; default: all go well. */
    plan: (operation: Operation) => DiskFate;
    /** Chooses the fate of each reading operation; null: no choice, they go well. */
    looking: ((look: LookOperation) => 'go' | DiskFailure) | null;
    /** What `free` says, in bytes. */
    room: number;
    /** Time for modification times, ms since 1970. */
    now: () => number;
    /** Called before every reading or changing operation, each of which happens in one instant: simulates people at work. */
    before: (() => void) | null;
    read(asked: string): Uint8Array | null;
    readPart(path: string, at: number, size: number): Uint8Array | null;
    list(asked: string): string[] | null;
    private namesIn;
    look(path: string): [string, Stat][] | null;
    glance(path: string, most: number): {
        found: [string, Stat['kind']][];
        more: boolean;
    } | null;
    isOpen(): boolean;
    stat(asked: string): Stat | null;
    create(path: string, bytes: string | Uint8Array): string;
    private make;
    rename(old: string, name: string): void;
    link(old: string, name: string): void;
    unlink(asked: string): void;
    mkdir(asked: string): void;
    rmdir(asked: string): void;
    append(asked: string): Appender;
    free(): number;
    syncFile(asked: string): void;
    syncDir(path: string): void;
    recheck(): void;
    /** A person writes a file: in place when it exists, else new. */
    put(asked: string, text: string): void;
    /** A person replaces a file by another of the same name, as editors do that write a copy and rename it. */
    replace(path: string, text: string): void;
    /** A person's program opens a file that is there. */
    hold(asked: string): OpenFile | null;
    /** A person deletes a file. */
    remove(path: string): void;
    /** Everything so far is durable. */
    settle(): void;
    /** Number of changing operations so far. */
    get count(): number;
    /** Path → text of every file, sorted. */
    files(keep?: (path: string) => boolean): Map<string, string>;
    /**
     * The disk as the next start of the machine finds it. `keep` decides of each operation that was not durable whether it
     * survived: always true is a killed process on a machine that goes on.
     */
    afterCrash(keep: (index: number) => boolean): MemoryDisk;
    /** The disk after a kill of the process, on a machine that goes on: everything is there, but it is not more durable than before. */
    afterKill(): MemoryDisk;
    /** An independent copy, everything durable. */
    copy(): MemoryDisk;
    private alive;
    private meet;
    private perform;
    /** The path by the names that stand there. */
    private real;
    /** What a real file system refuses for its name or its place. */
    private demandPlace;
    private parents;
    /** The names in the folder of a path have changed. */
    private touch;
    private change;
    private write;
    /** A sync failed: the system gives up what it was to write, and a later sync does not say so (as Linux does). */
    private drop;
    private flush;
}

// views/journal/turn-event.d.ts
/** What can happen in a turn: the one list from which the views, the output of commands and the library derive. */
/** The kinds of events. A new kind of event is added here and nowhere else. */
export declare const TURN_EVENTS: readonly ["acknowledged", "dead letter", "decided", "edit", "escalated", "file", "held", "hired", "lapsed", "message", "recovered", "refused", "request", "retired", "revived", "set aside", "task", "undone", "unpaid", "visit", "withdrawn", "run"];
/** An event. `agent`: whom it concerns. `id`: a message, approval or dead letter. */
export interface TurnEvent {
    what: (typeof TURN_EVENTS)[number];
    agent: string | null;
    id: string | null;
    text: string;
}

// workflow-builder.d.ts
import { type WorkflowDraft } from './schema/records/workflow.ts';
type WorkflowDraftStep = WorkflowDraft['steps'][number];
/** What a workflow says besides its inputs and steps. */
export type WorkflowHead = Omit<WorkflowDraft, 'version' | 'inputs' | 'steps'>;
/** A step, which may need those of the given names. */
export type WorkflowStepOf<Step extends string> = Omit<WorkflowDraftStep, 'id' | 'needs' | 'needs_any'> & {
    needs?: readonly Step[];
    needs_any?: readonly Step[];
};
/** A workflow with steps of the given names. A value: each addition gives another one. */
export interface WorkflowBuilder<Step extends string> {
    /** Adds an input. */
    input(name: string, input: NonNullable<WorkflowDraft['inputs']>[string]): WorkflowBuilder<Step>;
    /** Adds a step. */
    step<Id extends string>(id: Id, step: WorkflowStepOf<Step>): WorkflowBuilder<Step | Id>;
    /** The workflow as its file has it. Throws `invalid-value` with all that is wrong. */
    print(): string;
}
/** Begins a workflow. */
export declare function workflow(head?: WorkflowHead): WorkflowBuilder<never>;
export {};
