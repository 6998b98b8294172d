/**
 * `npm run build:executable [-- --target bun-linux-arm64 …] [--out folder]` makes `dist/parley`, or `dist/parley-<target>` for
 * each target that is named.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildExecutable, targets, type Target } from './build-executable.ts';

const { values } = parseArgs({
  options: {
    target: { type: 'string', multiple: true, default: [] },
    out: { type: 'string', default: join(import.meta.dir, '../../dist') },
  },
});
const unknown = values.target.find((target) => !targets.includes(target as Target));
if (unknown !== undefined) {
  console.error(`There is no target ${unknown}. There are: ${targets.join(', ')}.`);
  process.exit(1);
}

const wanted = values.target.length === 0 ? [undefined] : (values.target as Target[]);
for (const target of wanted) {
  const name = target === undefined ? 'parley' : `parley-${target.slice('bun-'.length)}`;
  const path = await buildExecutable(join(values.out, name), target);
  console.log(`${path}  ${(Bun.file(path).size / 1_048_576).toFixed(1)} MB`);
}
