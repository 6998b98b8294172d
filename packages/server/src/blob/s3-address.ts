/** Where the bucket is, and what all our keys in it begin with. */
export interface S3Address {
  /** `https://host:port` */
  readonly endpoint: string;
  readonly bucket: string;
  /** Empty, or such as `parley/`. */
  readonly prefix: string;
  readonly region?: string;
  /** Without them the environment's are used. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

const shape =
  /^s3:\/\/(?:(?<login>[^@/]*)@)?(?<host>[^/?@]+)\/(?<bucket>[\w.-]{3,63})(?:\/(?<path>[^?]*))?(?:\?(?<query>.*))?$/;
const options: ReadonlySet<string> = new Set(['region', 'tls']);

/**
 * Reads `s3://[key:secret@]host[:port]/bucket[/prefix][?region=…&tls=off]`. Key and secret are percent-encoded.
 *
 * @throws RangeError saying what is wrong, without the address, which may hold a secret.
 */
export function parseS3Url(url: string): S3Address {
  const { login, host = '', bucket = '', path = '', query = '' } = shape.exec(url)?.groups ?? {};
  if (bucket === '') throw new RangeError('must look like s3://key:secret@host:port/bucket?region=eu-central-1');
  const params = new URLSearchParams(query);
  for (const name of params.keys())
    if (!options.has(name)) throw new RangeError(`has no option “${name}”: there are region and tls`);
  const prefix = path.replaceAll(/^\/+|(?<!\/)\/+$/g, '');
  const region = params.get('region');
  return {
    endpoint: endpointOf(host, params.get('tls') ?? 'on'),
    bucket,
    prefix: prefix === '' ? '' : `${prefix}/`,
    ...(region === null ? {} : { region }),
    ...(login === undefined ? {} : { credentials: credentialsOf(login) }),
  };
}

function endpointOf(host: string, tls: string): string {
  if (tls !== 'on' && tls !== 'off') throw new RangeError('has tls=on or tls=off');
  const url = `${tls === 'on' ? 'https' : 'http'}://${host}`;
  if (!URL.canParse(url)) throw new RangeError(`names a host that is none: ${host}`);
  return url;
}

function credentialsOf(login: string): NonNullable<S3Address['credentials']> {
  const [accessKeyId, secretAccessKey] = login.split(':').map(decoded);
  if (!accessKeyId || !secretAccessKey) throw new RangeError('needs both a key and a secret before the @');
  return { accessKeyId, secretAccessKey };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new RangeError('holds a key or secret that is not percent-encoded');
  }
}
