import { serverOnDatabase } from './server-on-database.ts';
import { mariaDbDatabase } from './services/mariadb-database.ts';

serverOnDatabase(mariaDbDatabase);
