export { postgresKind, postgresUrl, postgresUser } from '../../src/services/postgres.ts';
