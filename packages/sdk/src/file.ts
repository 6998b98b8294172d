export { openFileStorage, type FileStorage } from './file-storage.ts';
