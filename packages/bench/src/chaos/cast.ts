import type { HistoryRecorder } from '../checker/history.ts';
import { Bodies } from './actors/bodies.ts';
import type { Device, DeviceParts } from './actors/device.ts';
import { HttpDevice } from './actors/http-device.ts';
import { roster, type RosterEntry } from './actors/roster.ts';
import { SdkDevice } from './actors/sdk-device.ts';
import { SeedDevice } from './actors/seed-device.ts';
import { WireDevice } from './actors/wire-device.ts';
import { openTcp, openWebSocket } from './actors/wire.ts';
import type { Deployment, Entrance } from './deployment/deployment.ts';
import { Edge } from './network/edge.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

export interface CastParts {
  readonly deployment: Deployment;
  readonly world: World;
  readonly history: HistoryRecorder;
  readonly random: Random;
}

/** Every device of the roster, each behind an edge of its own. */
export class Cast implements AsyncDisposable {
  readonly devices: readonly Device[];

  private constructor(devices: readonly Device[]) {
    this.devices = devices;
  }

  /** Resolves when all are connected. */
  static async start(parts: CastParts): Promise<Cast> {
    const bodies = new Bodies();
    const cast = new Cast(await Promise.all(roster.map((entry) => enter(entry, parts, bodies))));
    await Promise.all(cast.devices.map((device) => device.start()));
    return cast;
  }

  /** @throws RangeError when nobody has it */
  device(name: string): Device {
    const device = this.devices.find((one) => one.name === name);
    if (device === undefined) throw new RangeError(`There is no device ${name}.`);
    return device;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.devices.map((device) => device.close()));
    await Promise.all(this.devices.map(({ edge }) => edge[Symbol.asyncDispose]()));
  }
}

async function enter(entry: RosterEntry, parts: CastParts, bodies: Bodies): Promise<Device> {
  const { history, world, deployment } = parts;
  const { device: name, speaks } = entry;
  const random = parts.random.stream(name);
  const person = world.people[entry.person];
  const transport = speaks === 'seed-tcp' ? 'seed' : speaks;
  history.record({ event: 'device', device: name, userId: person.id, transport });
  // Devices of a cluster enter at its nodes in turn.
  const entrances = deployment.entrances;
  const entrance = entrances[roster.indexOf(entry) % entrances.length] as Entrance;
  const edge = await Edge.open({ name, random: random.stream('edge'), targetPort: () => portOf(entry, entrance) });
  const rest = { world, deployment, entrance, random: random.stream('device'), history, bodies };
  return deviceOf(entry, { name, person, edge, ...rest });
}

function portOf({ speaks }: RosterEntry, { site, api, socket, tcp }: Entrance): number {
  switch (speaks) {
    case 'sdk':
      return site ?? socket;
    case 'http':
      return api;
    case 'websocket':
    case 'seed':
      return socket;
    case 'tcp':
    case 'seed-tcp':
      return tcp;
  }
}

function deviceOf({ speaks, sdk = {} }: RosterEntry, parts: DeviceParts): Device {
  switch (speaks) {
    case 'sdk':
      return new SdkDevice(parts, sdk);
    case 'http':
      return new HttpDevice(parts);
    case 'websocket':
      return new WireDevice(parts, openWebSocket);
    case 'tcp':
      return new WireDevice(parts, openTcp);
    case 'seed':
      return new SeedDevice(parts, 'websocket');
    case 'seed-tcp':
      return new SeedDevice(parts, 'tcp');
  }
}
