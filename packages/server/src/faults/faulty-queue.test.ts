import { MemoryQueue } from '../queue/memory.ts';
import { queueConformance } from '../queue/queue.conformance.ts';
import { Faults } from './faults.ts';
import { FaultyQueue } from './faulty-queue.ts';

queueConformance('behind fault points', {
  open: async (options) => new FaultyQueue(new MemoryQueue({ ...options, retryDelayMs: 0 }), new Faults()),
});
