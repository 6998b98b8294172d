import { z } from 'zod';
import { defineCommand } from '../command.ts';
import { limits } from '../limits.ts';
import { account, device, deviceId, line, password, platform, user, userId, userName } from '../model.ts';

const deviceParams = {
  platform: platform.default('other'),
  deviceName: line(limits.displayNameCharsMax).optional().meta({ description: 'Shown in the list of devices, such as “Firefox on Linux”.' }),
};
const signedIn = z.object({
  token: z.string().meta({ description: '256 random bits, base64url. Keep it secret; it is shown once.' }),
  account,
  device,
}).meta({ id: 'SignedIn' });
const nothing = z.object({});

export const accountCommands = [
  defineCommand({
    name: 'server.info', summary: 'What this server is, and what it offers.', access: 'anonymous', rate: 'public',
    params: z.strictObject({}),
    result: z.object({
      name: z.string(), version: z.string(), lobbyId: z.int().optional(),
      guests: z.boolean(), registration: z.boolean(),
      limits: z.record(z.string(), z.number()),
    }),
    http: { method: 'GET', path: '/server', status: 200 }, errors: [],
  }),
  defineCommand({
    name: 'account.register', summary: 'Create an account and sign this device in.', access: 'anonymous', rate: 'register',
    params: z.strictObject({ userName, password, displayName: line(limits.displayNameCharsMax).optional(), ...deviceParams }),
    result: signedIn,
    http: { method: 'POST', path: '/accounts', status: 201 },
    errors: ['name-taken', 'password-too-common', 'registration-disabled'],
  }),
  defineCommand({
    name: 'account.guest', summary: 'Sign in as a new guest, without a password.', access: 'anonymous', rate: 'register',
    params: z.strictObject({ displayName: line(limits.displayNameCharsMax).optional(), ...deviceParams }),
    result: signedIn,
    http: { method: 'POST', path: '/guests', status: 201 }, errors: ['guests-disabled'],
  }),
  defineCommand({
    name: 'account.claim', summary: 'Turn the guest into an account that keeps everything.', access: 'session', rate: 'write',
    params: z.strictObject({ userName, password }),
    result: z.object({ account }),
    http: { method: 'POST', path: '/me/claim', status: 200 },
    errors: ['name-taken', 'password-too-common', 'registration-disabled', 'forbidden'],
  }),
  defineCommand({
    name: 'session.create', summary: 'Sign in with name and password.', access: 'anonymous', rate: 'signIn',
    params: z.strictObject({ userName: z.string().min(1).max(limits.userNameCharsMax), password: z.string().min(1).max(limits.passwordCharsMax), ...deviceParams }),
    result: signedIn,
    http: { method: 'POST', path: '/sessions', status: 201 }, errors: ['wrong-credentials', 'account-disabled'],
  }),
  defineCommand({
    name: 'session.get', summary: 'Who is signed in here.', access: 'session', rate: 'read',
    params: z.strictObject({}), result: z.object({ account, device }),
    http: { method: 'GET', path: '/me', status: 200 }, errors: [],
  }),
  defineCommand({
    name: 'session.delete', summary: 'Sign this device out; its sockets close.', access: 'session', rate: 'write',
    params: z.strictObject({}), result: nothing,
    http: { method: 'DELETE', path: '/sessions/current', status: 200 }, errors: [],
  }),
  defineCommand({
    name: 'account.update', summary: 'Change one’s own profile and privacy.', access: 'session', rate: 'write',
    params: z.strictObject({
      displayName: line(limits.displayNameCharsMax).optional(),
      bio: z.string().trim().max(limits.bioCharsMax).optional(),
      lastSeenVisibility: z.enum(['everyone', 'nobody']).optional(),
      directPolicy: z.enum(['everyone', 'nobody']).optional(),
    }),
    result: z.object({ account }),
    http: { method: 'PATCH', path: '/me', status: 200 }, errors: [],
  }),
  defineCommand({
    name: 'account.changePassword', summary: 'Change the password; every other device is signed out.', access: 'account', rate: 'signIn',
    params: z.strictObject({ currentPassword: z.string().min(1).max(limits.passwordCharsMax), newPassword: password }),
    result: nothing,
    http: { method: 'POST', path: '/me/password', status: 200 }, errors: ['wrong-credentials', 'password-too-common'],
  }),
  defineCommand({
    name: 'device.list', summary: 'The signed-in devices of this account, most recently used first.', access: 'session', rate: 'read',
    params: z.strictObject({}), result: z.object({ items: z.array(device) }),
    http: { method: 'GET', path: '/devices', status: 200 }, errors: [],
  }),
  defineCommand({
    name: 'device.end', summary: 'Sign another device out; its sockets close within 5 s.', access: 'session', rate: 'write',
    params: z.strictObject({ deviceId }), result: nothing,
    http: { method: 'DELETE', path: '/devices/{deviceId}', status: 200 }, errors: ['not-found'],
  }),
  defineCommand({
    name: 'user.get', summary: 'One user’s public profile.', access: 'session', rate: 'read',
    params: z.strictObject({ userId }), result: z.object({ user }),
    http: { method: 'GET', path: '/users/{userId}', status: 200 }, errors: ['not-found'],
  }),
  defineCommand({
    name: 'user.lookup', summary: 'Public profiles of many users; unknown ids are left out.', access: 'session', rate: 'read',
    params: z.strictObject({ userIds: z.array(userId).min(1).max(limits.lookupMax) }), result: z.object({ items: z.array(user) }),
    http: { method: 'POST', path: '/users/lookup', status: 200 }, errors: [],
  }),
  defineCommand({
    name: 'user.search', summary: 'The directory: people whose name begins with the query, by name.', access: 'session', rate: 'search',
    params: z.strictObject({
      query: z.string().trim().max(limits.searchCharsMax).default(''),
      limit: z.coerce.number().int().min(1).max(limits.pageMax).default(limits.pageDefault),
      cursor: z.string().max(200).optional(),
    }),
    result: z.object({ items: z.array(user), nextCursor: z.string().optional() }),
    http: { method: 'GET', path: '/users', status: 200 }, errors: [],
  }),
  defineCommand({
    name: 'block.add', summary: 'Accept no direct messages from this user.', access: 'session', rate: 'write',
    params: z.strictObject({ userId }), result: nothing,
    http: { method: 'PUT', path: '/blocks/{userId}', status: 200 }, errors: ['not-found'],
  }),
  defineCommand({
    name: 'block.remove', summary: 'Lift the block.', access: 'session', rate: 'write',
    params: z.strictObject({ userId }), result: nothing,
    http: { method: 'DELETE', path: '/blocks/{userId}', status: 200 }, errors: [],
  }),
  defineCommand({
    name: 'block.list', summary: 'Whom one has blocked.', access: 'session', rate: 'read',
    params: z.strictObject({}), result: z.object({ items: z.array(user) }),
    http: { method: 'GET', path: '/blocks', status: 200 }, errors: [],
  }),
] as const;
