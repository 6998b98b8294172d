import { useAccount } from '@parley/sdk/react';
import { SignIn } from './sign-in/sign-in.tsx';
import { Shell } from './shell/shell.tsx';

export function App() {
  const { status } = useAccount();
  if (status === 'loading') return null;
  return status === 'signed-out' ? <SignIn /> : <Shell />;
}
