export interface KafkaBroker {
  readonly host: string;
  readonly port: number;
}

export interface KafkaLogin {
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
  readonly username: string;
  readonly password: string;
}

/** Where the cluster is, and how one is let in. */
export interface KafkaAddress {
  /** Some of its brokers; they tell of the others. */
  readonly brokers: readonly KafkaBroker[];
  /** What names of topics and of the group begin with. */
  readonly prefix: string;
  readonly isSecure: boolean;
  /** Path of the certificate authority’s file, when it is no public one. */
  readonly caPath?: string;
  readonly login?: KafkaLogin;
}

const defaultPort = 9_092;
const shape =
  /^kafka(?<tls>\+ssl)?:\/\/(?:(?<login>[^@/]*)@)?(?<hosts>[^/?]+)(?:\/(?<path>[^?]*))?(?:\?(?<query>.*))?$/;
const options: ReadonlySet<string> = new Set(['ca', 'sasl']);
const mechanisms: Readonly<Record<string, KafkaLogin['mechanism']>> = {
  plain: 'PLAIN',
  'scram-sha-256': 'SCRAM-SHA-256',
  'scram-sha-512': 'SCRAM-SHA-512',
};

/**
 * Reads `kafka://[user:password@]host[:port],…[/prefix][?sasl=mechanism&ca=file]`, `kafka+ssl:` with TLS. User and password are
 * percent-encoded.
 *
 * @throws RangeError saying what is wrong, without the address, which may hold a password.
 */
export function parseKafkaUrl(url: string): KafkaAddress {
  const { tls, login, hosts = '', path = '', query = '' } = shape.exec(url)?.groups ?? {};
  if (hosts === '') throw new RangeError('must look like kafka://host:9092,other-host:9092');
  const params = new URLSearchParams(query);
  for (const name of params.keys())
    if (!options.has(name)) throw new RangeError('has an option that is none: there are sasl and ca');
  const caPath = params.get('ca');
  if (caPath !== null && tls === undefined) throw new RangeError('has a ca, which is for kafka+ssl:');
  return {
    brokers: hosts.split(',').map(brokerOf),
    prefix: prefixOf(path),
    isSecure: tls !== undefined,
    ...(caPath === null ? {} : { caPath }),
    ...loginOf(login, params.get('sasl')),
  };
}

function brokerOf(text: string): KafkaBroker {
  const url = `http://${text}`;
  if (!URL.canParse(url) || text.includes('@'))
    throw new RangeError('names a host that is none; user and password are percent-encoded');
  const port = /:(\d+)$/.exec(text)?.[1];
  return {
    host: new URL(url).hostname.replaceAll(/^\[|\]$/g, ''),
    port: port === undefined ? defaultPort : Number(port),
  };
}

/** Of what Kafka takes in the name of a topic. */
function prefixOf(path: string): string {
  if (!/^[\w.-]{0,100}$/.test(path))
    throw new RangeError(
      'has a prefix of other than letters, digits, dots, dashes and underscores; user and password are percent-encoded',
    );
  return `${path || 'parley'}.`;
}

function loginOf(login: string | undefined, sasl: string | null): { readonly login?: KafkaLogin } {
  if (login === undefined && sasl === null) return {};
  if (login === undefined) throw new RangeError('has sasl, and no user and password for it');
  const mechanism = mechanisms[sasl ?? 'plain'];
  if (mechanism === undefined)
    throw new RangeError(`has a sasl that is none: there are ${Object.keys(mechanisms).join(', ')}`);
  const [username = '', ...rest] = login.split(':');
  try {
    const password = decodeURIComponent(rest.join(':'));
    return { login: { mechanism, username: decodeURIComponent(username), password } };
  } catch {
    throw new RangeError('holds a user or password that is not percent-encoded');
  }
}
