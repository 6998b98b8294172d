export { redisKind } from '../../src/services/redis.ts';
