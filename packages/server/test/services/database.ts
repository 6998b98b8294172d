import { SQL } from 'bun';
import type { Service, ServiceKind } from './service.ts';

/** A kind of database server, and how a test does to it what only its administrator can. */
export interface DatabaseKind {
  readonly name: string;
  readonly service: ServiceKind;
  urlOf(port: number, database: string): string;
  /** Makes an empty database; its name begins with `store`. */
  make(service: Service, database: string): Promise<void>;
  /** Ends every connection to it. */
  cut(service: Service, database: string): Promise<void>;
  /** Whether it may only be read, for connections made from now on. */
  setReadOnly(service: Service, database: string, isReadOnly: boolean): Promise<void>;
  /** Part of what is said of a database that is not there, or not for us. */
  readonly refusal: string;
}

/** One statement, on a connection of its own. */
export async function ask<Row>(url: string, text: string): Promise<readonly Row[]> {
  const client = new SQL({ url, max: 1 });
  try {
    return (await client.unsafe(text)) as readonly Row[];
  } finally {
    await client.close({ timeout: 0 });
  }
}
