import { memoryStorage } from './storage.ts';
import { storageConformance } from './storage.conformance.ts';

storageConformance('memory', { open: async () => memoryStorage(), isLasting: false });
