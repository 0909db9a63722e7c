import { EVERYTHING, type Invalidator } from './contracts.js';
import type { Announcements } from './mongodb-announcements.js';
import type { Catalogue } from './mongodb-catalogue.js';
import { type CommandEffect, commandEffect } from './mongodb-commands.js';
import type { Client, Command, CommandEvent } from './mongodb-driver.js';
import { refuseAllInFlight } from './trace.js';

interface Transaction {
  readonly number: string;
  readonly tags: Set<string>;
}

interface SentWrite {
  readonly tags: Iterable<string>;
  /** Whether names may have become views, or the reverse. */
  readonly views: boolean;
}

/**
 * Sees every command that a client sends, in whichever context. A write invalidates when its outcome arrives, whatever
 * it is: a write of many documents can fail in the middle, and a lost connection says nothing.
 */
export class Wire {
  readonly #announcements: Announcements;
  readonly #catalogue: Catalogue;
  readonly #invalidator: Invalidator;
  readonly #monitored = new WeakSet<Client>();
  readonly #pending = new Map<Promise<void>, ReadonlySet<string>>();

  constructor(announcements: Announcements, catalogue: Catalogue, invalidator: Invalidator) {
    this.#announcements = announcements;
    this.#catalogue = catalogue;
    this.#invalidator = invalidator;
  }

  /** Call before the client connects: connections that exist stay silent. */
  monitor(client: Client): void {
    if (this.#monitored.has(client) || client.topology) return;
    this.#monitored.add(client);
    if ('monitorCommands' in client) client.monitorCommands = true;
    else client.s.options = { ...client.s.options, monitorCommands: true };
    const listener = new ClientListener(this, client);
    client.on('commandStarted', (event) => listener.started(event));
    client.on('commandSucceeded', (event) => listener.ended(event));
    client.on('commandFailed', (event) => listener.ended(event));
  }

  isMonitored(client: Client | undefined): boolean {
    // The application may have removed all listeners.
    return client !== undefined && this.#monitored.has(client) && client.listenerCount('commandStarted') > 0;
  }

  invalidate(tags: Iterable<string>): void {
    const affected = new Set(tags);
    if (affected.size === 0) return;
    this.#awaited(this.#invalidator.invalidate([...affected]), affected);
  }

  /** Resolves when the invalidations that are under way for `tags` have been taken. Undefined: there is none. */
  invalidated(tags: readonly string[]): Promise<unknown> | undefined {
    const all = tags.includes(EVERYTHING);
    const waiting = [...this.#pending].filter(([, pending]) => {
      return all || pending.has(EVERYTHING) || tags.some((tag) => pending.has(tag));
    });
    return waiting.length === 0 ? undefined : Promise.all(waiting.map(([invalidation]) => invalidation));
  }

  saw(effect: CommandEffect & { kind: 'read' }, event: CommandEvent): void {
    if (effect.namespace !== undefined && this.#announcements.claim(effect.namespace)) return;
    const place = effect.namespace ?? event.databaseName;
    refuseAllInFlight(`nobody announced the command ${event.commandName} on ${place}`);
  }

  ended(write: SentWrite, client: Client): void {
    this.invalidate(write.tags);
    if (write.views) this.#awaited(this.#catalogue.renew(client), new Set([EVERYTHING]));
  }

  #awaited(work: Promise<void>, tags: ReadonlySet<string>): void {
    this.#pending.set(work, tags);
    void work.finally(() => this.#pending.delete(work));
  }
}

class ClientListener {
  readonly #wire: Wire;
  readonly #client: Client;
  readonly #sent = new Map<number, SentWrite>();
  /** By session; the server knows one transaction of a session at a time. */
  readonly #transactions = new Map<string, Transaction>();

  constructor(wire: Wire, client: Client) {
    this.#wire = wire;
    this.#client = client;
  }

  started(event: CommandEvent): void {
    const command = event.command ?? {};
    const effect = commandEffect(event.commandName, command, event.databaseName ?? '');
    if (!effect) this.#notUnderstood(event);
    else this.#understood(effect, event, command);
  }

  #understood(effect: CommandEffect, event: CommandEvent, command: Command): void {
    if (effect.kind === 'read') this.#wire.saw(effect, event);
    if (effect.kind === 'write') this.#writing(effect, event.requestId, command);
    if (effect.kind === 'commit') this.#committing(event.requestId, command);
    if (effect.kind === 'abort') this.#transactions.delete(sessionOf(command));
  }

  ended(event: CommandEvent): void {
    const write = this.#sent.get(event.requestId);
    if (!write) return;
    this.#sent.delete(event.requestId);
    this.#wire.ended(write, this.#client);
  }

  #notUnderstood(event: CommandEvent): void {
    refuseAllInFlight(`the command ${event.commandName} is not known`);
    this.#writing({ kind: 'write', tags: [EVERYTHING], views: true }, event.requestId, event.command ?? {});
  }

  #writing(effect: CommandEffect & { kind: 'write' }, requestId: number, command: Command): void {
    if (command.autocommit === false) {
      for (const tag of effect.tags) this.#transaction(command).tags.add(tag);
      return;
    }
    this.#sent.set(requestId, { tags: effect.tags, views: effect.views === true });
  }

  /** The tags stay until the session's next transaction: a commit is repeated when its outcome is unknown. */
  #committing(requestId: number, command: Command): void {
    const { tags } = this.#transaction(command);
    this.#sent.set(requestId, { tags, views: false });
  }

  #transaction(command: Command): Transaction {
    const session = sessionOf(command);
    const number = String(command.txnNumber);
    const known = this.#transactions.get(session);
    if (known?.number === number) return known;
    const begun = { number, tags: new Set<string>() };
    this.#transactions.set(session, begun);
    return begun;
  }
}

function sessionOf(command: Command): string {
  return JSON.stringify(command.lsid);
}
