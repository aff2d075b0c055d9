// JSON from outside, as a result: text that is none is the world's fault, not ours.
import { fail, ok, type Result } from './result.ts'

/** The failure is the parser's own message. */
export function parseJson(text: string): Result<unknown, string> {
  try {
    return ok(JSON.parse(text))
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error))
  }
}
