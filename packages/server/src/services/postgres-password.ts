import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Who may connect, and how: https://www.postgresql.org/docs/15/auth-pg-hba-conf.html */
const rulesOf = (user: string): string =>
  `# One user, who shows the password: others may have been made while everybody was let in.\nhost all ${user} 127.0.0.1/32 scram-sha-256\n`;

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
 * Has a server let in this user with the password and nobody else, also one that was made to let in everybody, or that had another
 * password. It is told while it serves nobody, so that there is no moment in between. Does nothing when this is so already.
 */
export function requirePassword({ folder, user, secret, server, asItsUser }: PasswordRequest): void {
  const data = join(folder, 'data');
  const marker = join(data, 'parley-password.sha256');
  const rulesPath = rulesPathIn(folder);
  const rules = rulesOf(user);
  const wanted = createHash('sha256').update(secret).digest('hex');
  if (holds(marker, wanted) && holds(rulesPath, rules)) return;
  const alone = ['--single', '-D', data, '-c', 'exit_on_error=on', '-c', 'password_encryption=scram-sha-256'];
  const told = `alter role "${user}" password '${secret}'\n`;
  run([...server, ...alone, 'postgres'], told, secret);
  // By its user, whose folder it is: we may be root, and follow no link of theirs.
  const write = [...asItsUser, 'sh', '-c', writeWhole, 'sh'];
  run([...write, rulesPath], rules, secret);
  run([...write, marker], wanted, secret);
}

/** The server is told of it by name, as its own settings may name another. */
export function rulesPathIn(folder: string): string {
  return join(folder, 'data', 'pg_hba.conf');
}

/** All of it or nothing, also when the power goes. */
const writeWhole =
  'set -e; umask 077; rm -f "$1.begun"; cat >"$1.begun"; sync "$1.begun"; mv -f "$1.begun" "$1"; sync "$(dirname "$1")"';

function holds(path: string, text: string): boolean {
  return existsSync(path) && readFileSync(path, 'utf8') === text;
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
