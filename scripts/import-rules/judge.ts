import { posix } from 'node:path';
import {
  assembler,
  assemblerFolder,
  doors,
  nodeFiles,
  packageArrows,
  packageExternals,
  program,
  serverArrows,
} from './rules.ts';

/** A file of a package: `path` is inside its `src` (or starts with `../` for the files beside it). */
interface Place {
  readonly owner: string;
  readonly path: string;
}

const testFile = /(\.(test|conformance)\.tsx?$)|(^\.\.\/test\/)/;

/**
 * Says why a file may not import something, or null if it may.
 * @param importer path from the project folder, such as `packages/server/src/api/send-message.ts`
 * @param specifier what stands in the import, such as `../logic/logic.ts`
 */
export function judge(importer: string, specifier: string): string | null {
  const from = placeOf(importer);
  if (testFile.test(from.path)) return null;
  if (specifier.endsWith('.json')) return null;
  if (specifier.startsWith('.')) return judgeFile(from, placeOf(posix.join(posix.dirname(importer), specifier)));
  const owner = /^@parley\/([^/]+)/.exec(specifier)?.[1];
  return owner === undefined ? judgeExternal(from, specifier) : judgePackage(from, owner);
}

function placeOf(path: string): Place {
  const [owner = '', ...rest] = path.split('/').slice(1);
  return { owner, path: posix.relative('src', rest.join('/')) };
}

function judgeExternal({ owner, path }: Place, specifier: string): string | null {
  if (specifier.startsWith('node:') && nodeFiles[owner]?.includes(path)) return null;
  const allowed = packageExternals[owner];
  if (!allowed || allowed.some((name) => specifier === name || specifier.startsWith(`${name}/`))) return null;
  return `${owner} imports nothing from outside but ${allowed.join(', ')}`;
}

function judgePackage(from: Place, owner: string): string | null {
  const allowed = packageArrows[from.owner];
  if (!allowed) return `packages/${from.owner} is not in the import rules`;
  if (from.owner === owner) return 'a package imports its own files by their paths';
  if (allowed.includes(owner)) return null;
  return `${from.owner} may import ${allowed.join(', ') || 'none of our packages'}, not ${owner}`;
}

function judgeFile(from: Place, to: Place): string | null {
  if (from.owner !== to.owner) return `another package is imported by its name, @parley/${to.owner}`;
  if (testFile.test(to.path)) return 'only tests import tests';
  return from.owner === 'server' ? judgeServer(from.path, to.path) : null;
}

function judgeServer(from: string, to: string): string | null {
  const [source, target] = [folderOf(from), folderOf(to)];
  if (from === assembler || (target !== null && target === source)) return null;
  if (target === assemblerFolder) return `${assemblerFolder}/ is imported by ${assembler} only`;
  if (target === null) return judgeRoot(from, to);
  if (source === assemblerFolder) return null;
  if (from === program && target === 'cli') return null;
  const entrances = doors[target] ?? [`${target}/${target}.ts`];
  if (!entrances.includes(to)) return `from outside, ${target} is reached through ${entrances.join(', ')} only`;
  if (from === program || target === 'config') return null;
  return source === null ? `files beside ${assembler} import no folder` : judgeFolder(source, target);
}

function judgeRoot(from: string, to: string): string | null {
  if (to === program) return `nothing imports ${program}`;
  return to === assembler && from !== program ? `${assembler} is imported by ${program} only` : null;
}

function judgeFolder(source: string, target: string): string | null {
  const allowed = serverArrows[source];
  if (!allowed) return `the folder ${source} is not in the import rules`;
  return allowed.includes(target)
    ? null
    : `${source} may import ${allowed.join(', ') || 'no other folder'}, not ${target}`;
}

function folderOf(path: string): string | null {
  const [folder, ...rest] = path.split('/');
  return folder !== undefined && rest.length > 0 ? folder : null;
}
