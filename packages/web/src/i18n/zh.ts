import type { en } from './en.ts';

type Texts<T> = { readonly [Key in keyof T]: T[Key] extends string ? string : Texts<T[Key]> };

export const zh: Texts<typeof en> = {
  app: { tagline: '安静、迅捷的对话。', loading: '正在打开 Parley…', retry: '重试', close: '关闭', cancel: '取消', save: '保存', back: '返回', more: '更多', copy: '复制', copied: '已复制', done: '完成' },
  signIn: {
    title: '欢迎来到 {{name}}', guest: '以访客身份继续', createAccount: '创建账号', signIn: '登录', or: '或',
    userName: '用户名', password: '密码', displayName: '显示名称（可选）',
    haveAccount: '我已有账号', noAccount: '我是新用户', passwordHint: '至少 8 个字符。',
    guestHint: '无需密码。以后可以转为账号，内容全部保留。', working: '请稍候…',
    ended: { 'signed-out': '你已退出登录。', 'session-ended': '此会话已在另一台设备上结束。重新登录即可继续，内容不会丢失。', 'replaced': '你在另一台设备上登录，取代了这台设备。', 'account-disabled': '此账号已停用。', 'unauthenticated': '登录已过期。重新登录即可继续，内容不会丢失。' },
  },
  errors: {
    'unknown': '出了点问题。内容没有丢失，请重试。',
    'wrong-credentials': '用户名或密码错误。', 'name-taken': '该用户名已被使用，请换一个。', 'password-too-common': '该密码太容易被猜到，请换一个。',
    'invalid-params': '请检查输入的内容。', 'rate-limited': '尝试次数过多，请稍后再试。', 'unavailable': '无法连接服务器。你写的内容是安全的，请重试。',
    'deadline-exceeded': '服务器响应超时，请重试。', 'busy': '服务器繁忙，请稍后再试。', 'guests-disabled': '此服务器不接受访客。', 'registration-disabled': '此服务器不接受新账号。',
    'account-disabled': '此账号已停用。', 'forbidden': '你没有权限执行此操作。', 'not-member': '你不在此会话中。', 'banned': '你已被禁止进入此会话。', 'muted': '你暂时不能在此发言。',
    'read-only': '只有群主和管理员可以在此发言。', 'blocked': '你们中有一方不接收对方的消息。', 'not-found': '不存在，或你无权查看。', 'invite-invalid': '此邀请已失效，请索取新的邀请。',
    'too-late': '已超过可修改的时间。', 'already-recalled': '此消息已被撤回。', 'conversation-full': '群组已满。', 'guest-not-allowed': '请先创建账号；访客不能执行此操作。', 'owner-cannot-leave': '请先将会话移交给他人。', 'too-many-reactions': '表情种类已达上限。', 'offline': '你已离线。',
  },
};
