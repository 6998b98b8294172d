import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { stripVTControlCharacters } from 'node:util';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a tool quietly and resolves to `{ code, output }` (both streams together, without colours).
 * A tool that cannot be started rejects with the error of `spawn`.
 */
export function capture(file, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const stop = () => child.kill();
    let output = '';
    const collect = (chunk) => {
      output += chunk;
    };
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    process.once('exit', stop);
    child.on('error', reject);
    child.on('close', (code) => {
      process.off('exit', stop);
      resolve({ code: code ?? 1, output: stripVTControlCharacters(output) });
    });
  });
}

/**
 * Gives the terminal to a program until it ends and resolves to its exit code (128 + n if signal n ended it).
 * Signals sent to this process reach the program, which decides when to end.
 */
export function handOver(file, args) {
  return new Promise((resolve, reject) => {
    // Whoever starts processes of its own has to know when nobody waits for it any more.
    const child = spawn(file, args, { stdio: 'inherit', env: { ...process.env, LAUNCHER_PID: String(process.pid) } });
    const release = onSignals((signal) => {
      // At a terminal Ctrl+C reaches the program by itself: passing it on would make it two.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      release();
      resolve(code ?? 128 + constants.signals[signal]);
    });
  });
}

/** Until released, a signal ends this process by way of its `exit` handlers, which clean up. */
export function exitOnSignals() {
  return onSignals((signal) => process.exit(128 + constants.signals[signal]));
}

function onSignals(handle) {
  for (const signal of signals) process.on(signal, handle);
  return () => {
    for (const signal of signals) process.off(signal, handle);
  };
}
