import { queueLimits } from './queue.ts';

/** Everything of one topic goes the same way. From 0 up to `queueLimits.partitions`. */
export function partitionOf(topic: string): number {
  let hash = 0;
  for (let index = 0; index < topic.length; index++) hash = (hash * 31 + topic.charCodeAt(index)) | 0;
  return (hash >>> 0) % queueLimits.partitions;
}
