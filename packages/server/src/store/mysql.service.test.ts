import { mariaDbDatabase } from '../../test/services/mariadb-database.ts';
import { storeOnServer } from '../../test/store-on-server.ts';
import { takeMySqlLock } from './mysql-lock.ts';
import { MySqlStore } from './mysql.ts';

storeOnServer(mariaDbDatabase, (url) => MySqlStore.open(url), takeMySqlLock);
