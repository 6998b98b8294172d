/** Where the cluster is, and whose part of it is ours. */
export interface EtcdAddress {
  /** `http://host:port`, one or more. */
  readonly endpoints: readonly string[];
  /** What all our keys begin with, such as `/parley/`. */
  readonly prefix: string;
  readonly user?: string;
  readonly password?: string;
  /** Path of the certificate authority’s file, when it is no public one. */
  readonly caPath?: string;
}

const defaultPort = 2_379;
const shape = /^etcd:\/\/(?:(?<login>[^@/]*)@)?(?<hosts>[^/?]+)(?:\/(?<path>[^?]*))?(?:\?(?<query>.*))?$/;
const options: ReadonlySet<string> = new Set(['tls', 'ca']);

/**
 * Reads `etcd://[user:password@]host[:port],…[/prefix][?tls=on&ca=file]`. User and password are percent-encoded.
 *
 * @throws RangeError saying what is wrong, without the address, which may hold a password.
 */
export function parseEtcdUrl(url: string): EtcdAddress {
  const { login, hosts = '', path = '', query = '' } = shape.exec(url)?.groups ?? {};
  if (hosts === '') throw new RangeError('must look like etcd://host:2379,other-host:2379/prefix');
  const params = new URLSearchParams(query);
  for (const name of params.keys())
    if (!options.has(name)) throw new RangeError(`has no option “${name}”: there are tls and ca`);
  const tls = params.get('tls') ?? 'off';
  if (tls !== 'on' && tls !== 'off') throw new RangeError('has tls=on or tls=off');
  const caPath = params.get('ca');
  return {
    endpoints: hosts.split(',').map((host) => endpointOf(host, tls === 'on' || caPath !== null)),
    prefix: `/${path.replaceAll(/^\/+|(?<!\/)\/+$/g, '') || 'parley'}/`,
    ...(login === undefined ? {} : credentialsOf(login)),
    ...(caPath === null ? {} : { caPath }),
  };
}

function endpointOf(host: string, isSecure: boolean): string {
  const url = `${isSecure ? 'https' : 'http'}://${host}`;
  if (!URL.canParse(url)) throw new RangeError('names a host that is none; user and password are percent-encoded');
  const hasPort = /:\d+$/.test(host);
  return hasPort ? url : `${url}:${defaultPort}`;
}

function credentialsOf(login: string): { readonly user: string; readonly password: string } {
  const [user = '', ...rest] = login.split(':');
  try {
    return { user: decodeURIComponent(user), password: decodeURIComponent(rest.join(':')) };
  } catch {
    throw new RangeError('holds a user or password that is not percent-encoded');
  }
}
