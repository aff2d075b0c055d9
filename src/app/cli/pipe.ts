// A closed pipe (`holdfast status | head`) ends the program quietly.

export function endQuietlyOnClosedPipe(): void {
  process.stdout.on('error', error => {
    if ('code' in error && error.code === 'EPIPE') process.exit(0)
    throw error
  })
}
