import { join } from 'node:path';
import { violationsIn } from './violations.ts';

const { files, violations } = await violationsIn(join(import.meta.dir, '../..'));
for (const violation of violations) console.error(violation);
console.log(`Import rules: ${files} files, ${violations.length} violations.`);
process.exitCode = violations.length > 0 ? 1 : 0;
