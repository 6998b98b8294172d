import type { Command } from '@parley/protocol';
import { ask, isWayOf, ways, type Way } from './ask.ts';
import { expectedOf, type Expectation } from './expectations.ts';
import { kinds, personas, type Kind, type Persona, type Place, type World } from './world.ts';

export interface Row {
  readonly command: Command;
  readonly expectation: Expectation;
}

/** What came of some cells. */
export interface Compared {
  readonly cells: number;
  /** `group http member: ok instead of forbidden` */
  readonly wrong: readonly string[];
  /** Cells whose command changed something durable in its place. */
  readonly changing: number;
}

interface Cell extends Row {
  readonly kind: Kind;
  readonly way: Way;
  readonly persona: Persona;
}

/** Asks everybody's question everywhere, and compares the answers with what must be. */
export class Matrix {
  private readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  /** All cells of one row of expectations. */
  async compare(row: Row, only: readonly Kind[] = kindsOf(row.expectation)): Promise<Compared> {
    const all = { cells: 0, wrong: [] as string[], changing: 0 };
    for (const kind of only) {
      const { cells, wrong, changing } = await this.compareKind(row, kind);
      all.cells += cells;
      all.changing += changing;
      all.wrong.push(...wrong);
    }
    return all;
  }

  private async compareKind(row: Row, kind: Kind): Promise<Compared> {
    const wrong: string[] = [];
    let [cells, changing] = [0, 0];
    let place = await this.world.place(kind);
    for (const way of ways.filter((way) => isWayOf(way, row.command)))
      for (const persona of personas) {
        const cell = { ...row, kind, way, persona };
        const expected = way === 'socket' && persona === 'ended device' ? '-' : expectedOf(cell);
        if (expected === '-') continue;
        const { answer, hasChanged } = await this.answer(cell, place);
        cells++;
        if (answer !== expected) wrong.push(`${kind} ${way} ${persona}: ${answer} instead of ${expected}`);
        if (answer !== 'ok' && hasChanged) wrong.push(`${kind} ${way} ${persona}: ${answer}, but something changed`);
        if (!hasChanged) continue;
        changing++;
        place = await this.world.place(kind);
      }
    return { cells, wrong, changing };
  }

  private async answer(
    { command, expectation, persona, way }: Cell,
    place: Place,
  ): Promise<{ readonly answer: string; readonly hasChanged: boolean }> {
    const { world } = this;
    const caller = expectation.isFinal === true ? await world.disposable(persona) : world.signedIn.get(persona);
    const params = expectation.params(place, world, persona);
    const before = await world.stateOf(place);
    const answer = await ask(world, way, { command, params, caller });
    return { answer, hasChanged: (await world.stateOf(place)) !== before };
  }
}

function kindsOf({ expected }: Expectation): readonly Kind[] {
  return typeof expected === 'string' ? ['room'] : kinds.filter((kind) => expected[kind] !== undefined);
}
