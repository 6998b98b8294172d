#!/usr/bin/env bun
import { defineCommand, renderUsage, runCommand, type CommandDef } from 'citty';
import { askBlob, askQueue, copyBetween, openSide, openStore, requireStartable, startServer } from './app.ts';
import { configArgs, configOf, startConfigOf, storeConfigOf } from './cli/arguments.ts';
import { copyExitCodes, copyStoreFromTerminal } from './cli/copy-store.ts';
import { examine, printFindings } from './cli/doctor.ts';
import { checkHealth } from './cli/healthcheck.ts';
import { importUsers } from './cli/import-gochat.ts';
import { runRollout } from './cli/rollout.ts';
import { runUntilStopped } from './cli/start.ts';
import { upArgs, upArgumentsOf } from './cli/up-arguments.ts';
import { up } from './cli/up.ts';
import { urlArgument } from './cli/url-argument.ts';
import { createUserFromTerminal, makeAdministratorByName, resetPasswordByName } from './cli/user.ts';
import { ConfigError, printConfig } from './config/config.ts';
import { CopyError } from './store/copy/copy-store.ts';
import { version } from './version.ts';

const print = (text: string): void => void process.stdout.write(`${text}\n`);

const start = defineCommand({
  meta: { name: 'start', description: 'Start all roles, or those of --roles, until Ctrl+C.' },
  args: configArgs,
  run: ({ rawArgs }) => runUntilStopped(startConfigOf(rawArgs), startServer, print),
});

const upCommand = defineCommand({
  meta: {
    name: 'up',
    description:
      'Start everything on this machine; with --cluster as processes, on engines that are named or started with it.',
  },
  args: upArgs,
  run: ({ rawArgs }) => up(upArgumentsOf(rawArgs), startServer, print),
});

const rolloutCommand = defineCommand({
  meta: {
    name: 'rollout',
    description: 'Restart the processes of “up --cluster” one after the other, while people chat.',
  },
  args: configArgs,
  async run({ rawArgs }) {
    if (!(await runRollout(configOf(rawArgs), print))) process.exitCode = 1;
  },
});

const doctor = defineCommand({
  meta: { name: 'doctor', description: 'Check what a start would need, and say what to do.' },
  args: configArgs,
  async run({ rawArgs }) {
    const findings = await examine(configOf(rawArgs), { openStore, requireStartable, askBlob, askQueue });
    print(printFindings(findings));
    if (findings.some((finding) => !finding.isFine)) process.exitCode = 1;
  },
});

const healthcheck = defineCommand({
  meta: { name: 'healthcheck', description: 'Ask a running server whether it can serve; the exit code tells.' },
  args: configArgs,
  run: async ({ rawArgs }) => print(await checkHealth(configOf(rawArgs))),
});

const config = defineCommand({
  meta: { name: 'config', description: 'Look at the configuration.' },
  subCommands: {
    print: defineCommand({
      meta: { name: 'print', description: 'Print every key with its value, as TOML; secrets masked.' },
      args: configArgs,
      run: ({ rawArgs }) => print(printConfig(configOf(rawArgs))),
    }),
  },
});

const named = { name: { type: 'positional', required: true, description: 'The user name.' }, ...configArgs } as const;

const user = defineCommand({
  meta: {
    name: 'user',
    description: 'Accounts, from the machine they live on. Passwords are asked for, or read from standard input.',
  },
  subCommands: {
    create: defineCommand({
      meta: { name: 'create', description: 'Create an account.' },
      args: named,
      run: async ({ args, rawArgs }) =>
        print(await createUserFromTerminal(storeConfigOf(rawArgs), args.name, openStore)),
    }),
    'reset-password': defineCommand({
      meta: { name: 'reset-password', description: 'Give a new password and end every session of the account.' },
      args: named,
      run: async ({ args, rawArgs }) => print(await resetPasswordByName(storeConfigOf(rawArgs), args.name, openStore)),
    }),
    'make-administrator': defineCommand({
      meta: { name: 'make-administrator', description: 'Make an account an administrator.' },
      args: named,
      run: async ({ args, rawArgs }) =>
        print(await makeAdministratorByName(storeConfigOf(rawArgs), args.name, openStore)),
    }),
  },
});

const importFrom = defineCommand({
  meta: { name: 'import', description: 'Take over the users of another system.' },
  subCommands: {
    gochat: defineCommand({
      meta: {
        name: 'gochat',
        description:
          'From the SQLite file of gochat; ids are kept, passwords are hashed anew at the first sign-in. Can be repeated.',
      },
      args: { file: { type: 'positional', required: true, description: 'gochat.sqlite3' }, ...configArgs },
      run: async ({ args, rawArgs }) => print(await importUsers(storeConfigOf(rawArgs), args.file, openSide)),
    }),
  },
});

const store = defineCommand({
  meta: { name: 'store', description: 'What is kept, and where.' },
  subCommands: {
    copy: defineCommand({
      meta: {
        name: 'copy',
        description:
          'Copy everything from one store to another, of any engine, such as sqlite: to env:NEW_STORE. May be interrupted and repeated. Exit code 0: done; 1: refused or failed; 2: the two are not the same; 130: interrupted.',
      },
      args: {
        from: {
          type: 'positional',
          required: true,
          description:
            'A store_url; sqlite: is the one in the data folder, env:NAME the one that variable holds, so that its password is not in the list of processes.',
        },
        to: {
          type: 'positional',
          required: true,
          description: 'A store_url, or env:NAME; empty, or the same copy so far.',
        },
        live: {
          type: 'boolean',
          description: 'A server works on the source meanwhile. Afterwards stop it, and run the same without this.',
        },
        ...configArgs,
      },
      run: async ({ args: { from, to, live }, rawArgs }) => {
        const [source, target] = [urlArgument(from, process.env), urlArgument(to, process.env)];
        const request = { from: source, to: target, isLive: live === true };
        print(
          await copyStoreFromTerminal(configOf(rawArgs, ['live']), request, { copyBetween, output: progressOutput }),
        );
      },
    }),
  },
});

const progressOutput = {
  isTerminal: process.stderr.isTTY,
  write: (text: string): void => void process.stderr.write(text),
  now: () => performance.now(),
};

const parley: CommandDef = defineCommand({
  meta: { name: 'parley', version, description: 'A chat server that never loses a message.' },
  subCommands: {
    start,
    up: upCommand,
    rollout: rolloutCommand,
    doctor,
    healthcheck,
    config,
    user,
    import: importFrom,
    store,
  },
});

/** Runs the command line. @returns the exit code. */
async function main(rawArgs: string[]): Promise<number> {
  if (rawArgs[0] === '--version' || rawArgs[0] === '-v') return (print(version), 0);
  const path = rawArgs.filter((argument) => !argument.startsWith('-'));
  if (rawArgs.length === 0 || rawArgs.includes('--help') || rawArgs.includes('-h'))
    return (print(await usageOf(path)), 0);
  try {
    await runCommand(parley, { rawArgs });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (!isForPeople(error)) throw error;
    process.stderr.write(`parley: ${error.message}\n`);
    return exitCodes[error.name] ?? 1;
  }
}

const exitCodes: Readonly<Record<string, number>> = {
  CopyDifference: copyExitCodes.different,
  CopyInterrupted: copyExitCodes.interrupted,
};

/** Errors that say what is wrong and what to do; a stack would only hide it. */
function isForPeople(error: unknown): error is Error {
  return (
    error instanceof Error &&
    (error instanceof ConfigError ||
      error.name === 'CLIError' ||
      error.name === 'StartError' ||
      error.name === 'ParleyError' ||
      error.name === 'ImportError' ||
      error instanceof CopyError)
  );
}

async function usageOf(path: readonly string[]): Promise<string> {
  let command = parley;
  let parent: CommandDef | undefined;
  for (const word of path) {
    const next = (command.subCommands as Record<string, CommandDef> | undefined)?.[word];
    if (next === undefined) break;
    [parent, command] = [command, next];
  }
  return renderUsage(command, parent);
}

// What the process makes is for its owner: messages, hashes, logs.
process.umask(0o077);
process.exit(await main(process.argv.slice(2)));
