import { lazy, Suspense } from 'react';
import { questions, useAsked } from './questions.ts';

const Question = lazy(() => import('../panel/question.tsx'));

export function QuestionHost() {
  const asked = useAsked();
  if (asked === undefined) return null;
  return (
    <Suspense fallback={null}>
      <Question {...asked} onClose={questions.close} />
    </Suspense>
  );
}
