// The signs of the answers, drawn, so that colour is never the only thing that speaks: a shield with a check, a
// triangle, a cross, a question mark.
import type { ReactElement } from 'react'
import type { Answer } from '../core/view/protection.ts'

const shapes: Readonly<Record<Answer, ReactElement>> = {
  protected: (
    <>
      <path d="M24 4 8 10v12c0 10 7 17 16 20 9-3 16-10 16-20V10z" className="sign-fill" />
      <path d="m16 23 6 6 11-12" className="sign-line" />
    </>
  ),
  unprotected: (
    <>
      <path d="M24 5 3 42h42z" className="sign-fill" />
      <path d="M24 18v11M24 35.500v.5" className="sign-line" />
    </>
  ),
  down: (
    <>
      <path d="M16 4h16l12 12v16L32 44H16L4 32V16z" className="sign-fill" />
      <path d="m17 17 14 14M31 17 17 31" className="sign-line" />
    </>
  ),
  unknown: (
    <>
      <circle cx="24" cy="24" r="20" className="sign-fill" />
      <path d="M17.500 19a6.500 6.500 0 1 1 9.500 5.700c-2.200 1.200-3 2-3 4.300M24 35.500v.5" className="sign-line" />
    </>
  ),
}

export const Sign = ({ answer, size }: { answer: Answer; size: number }): ReactElement => (
  <svg className={`sign answer-${answer}`} viewBox="0 0 48 48" width={size} height={size} aria-hidden="true">
    {shapes[answer]}
  </svg>
)
