import { http } from '@parley/server/test/socket-client.ts';
import type { Activity } from '../crowd.ts';
import type { Citizen } from '../town.ts';
import type { Scene } from './scene.ts';

const meanPauseMs = 3_000;

/** A back end that asks over HTTP: lists, pages, searches, changes. */
export function ask({ token }: Citizen, { town, random }: Scene): Activity {
  const paths = [
    '/conversations',
    `/conversations/${town.market}/messages?limit=50`,
    `/conversations/${town.market}/members`,
    `/search?query=ladder`,
    '/changes',
  ];
  return {
    name: 'ask',
    meanPauseMs,
    once: async () => void (await http(`${town.apiUrl}${random.pick(paths)}`, { token })),
  };
}
