/** Something the person at the keyboard can solve: what happened, and what to do about it. */
export class Problem extends Error {
  constructor(message, advice, options) {
    super(message, options);
    this.name = 'Problem';
    this.advice = advice;
  }
}

const causes = [
  {
    sign: /CERT_|_CERT|certificate/i,
    message: 'The registry’s certificate is not trusted on this machine.',
    advice: 'Behind a proxy that inspects traffic, name its certificate: NODE_EXTRA_CA_CERTS=/path/to/ca.pem.',
  },
  {
    sign: /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ConnectionRefused|ConnectionClosed|FailedToOpenSocket|DNSResolutionFailed|Timeout|Unable to connect|network/i,
    message: 'The npm registry could not be reached.',
    advice: 'Check the internet connection (or the proxy and registry settings of npm) and start again.',
  },
  {
    sign: /ENOSPC|no space left/i,
    message: 'The disk is full.',
    advice: 'Free about 1 GB and start again.',
  },
  {
    sign: /EACCES|EPERM|EROFS|permission denied|read-only file system|AccessDenied/i,
    message: 'A folder could not be written.',
    advice: 'Make the project folder and npm’s cache folder writable for this user, or run as the user who owns them.',
  },
  {
    sign: /EINTEGRITY|IntegrityCheckFailed|integrity check failed/i,
    message: 'A downloaded package is not the one this version of Parley was made with.',
    advice: 'Start again; if it stays, the registry or a proxy in between alters packages.',
  },
  {
    sign: /lockfile had changes|lockfile is frozen/i,
    message: 'bun.lock does not match the package.json files.',
    advice: 'After changing a dependency run `npm run bun install` and commit bun.lock.',
  },
];

/** Turns the output of a failed tool into a Problem, with the lines of it that tell the cause. */
export function explain(title, output) {
  const lines = output.trim().split('\n');
  const cause = causes.find(({ sign }) => sign.test(output));
  if (!cause) return new Problem(`${title} failed.`, lines.slice(-40).join('\n') || 'It said nothing.');
  const signs = lines.filter((line) => cause.sign.test(line)).slice(0, 3);
  return new Problem(`${title} failed. ${cause.message}`, [cause.advice, '', ...signs].join('\n'));
}
