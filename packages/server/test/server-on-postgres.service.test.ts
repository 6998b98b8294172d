import { serverOnDatabase } from './server-on-database.ts';
import { postgresDatabase } from './services/postgres-database.ts';

serverOnDatabase(postgresDatabase);
