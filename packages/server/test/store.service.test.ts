import { takePostgresLock } from '../src/store/postgres-lock.ts';
import { PostgresStore } from '../src/store/postgres.ts';
import { postgresDatabase } from './services/postgres-database.ts';
import { storeOnServer } from './store-on-server.ts';

storeOnServer(postgresDatabase, (url) => PostgresStore.open(url), takePostgresLock);
