import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Who may connect, and how: https://www.postgresql.org/docs/15/auth-pg-hba-conf.html */
const rules = '# Everybody shows the password, whoever they say they are.\nhost all all 127.0.0.1/32 scram-sha-256\n';

export interface PasswordRequest {
  /** Where `data` is, which no server works on now. */
  readonly folder: string;
  readonly user: string;
  readonly secret: string;
  /** The server’s program, as its own user starts it, and what makes any other run as that user. */
  readonly server: readonly string[];
  readonly asItsUser: readonly string[];
}

/**
 * Has a server let in nobody without the password, also one that was made to let in everybody, or that had another one. It is told
 * while it serves nobody, so that there is no moment in between. Does nothing when this is so already.
 */
export function requirePassword({ folder, user, secret, server, asItsUser }: PasswordRequest): void {
  const data = join(folder, 'data');
  const path = join(data, 'parley-password.sha256');
  const wanted = createHash('sha256').update(secret).digest('hex');
  if (existsSync(path) && readFileSync(path, 'utf8') === wanted) return;
  const alone = ['--single', '-D', data, '-c', 'exit_on_error=on', '-c', 'password_encryption=scram-sha-256'];
  const told = `alter role "${user}" password '${secret}'\n`;
  run([...server, ...alone, 'postgres'], told, secret);
  // By its user, whose folder it is: we may be root, and follow no link of theirs.
  const write = [...asItsUser, 'sh', '-c', 'umask 077 && cat >"$1"', 'sh'];
  run([...write, join(data, 'pg_hba.conf')], rules, secret);
  run([...write, path], wanted, secret);
}

/** The input is seen by nobody else, as arguments would be. @throws Error with what the program said, without the secret */
function run(command: readonly string[], input: string, secret: string): void {
  const { success, stderr } = Bun.spawnSync([...command], {
    stdin: Buffer.from(input),
    stdout: 'ignore',
    stderr: 'pipe',
  });
  if (!success) throw new Error(stderr.toString().replaceAll(secret, '***'));
}
