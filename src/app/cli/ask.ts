// One question with yes or no on the terminal. Where nobody can answer, the answer is no.
import { createInterface } from 'node:readline/promises'

/** An empty answer is `otherwise`. */
export async function ask(question: string, otherwise: 'yes' | 'no' = 'no'): Promise<boolean> {
  if (!process.stdin.isTTY) return false
  const prompt = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = await prompt.question(`${question} ${otherwise === 'yes' ? '[Y/n]' : '[y/N]'} `)
    return answer.trim() === '' ? otherwise === 'yes' : /^y/i.test(answer)
  } finally {
    prompt.close()
  }
}
