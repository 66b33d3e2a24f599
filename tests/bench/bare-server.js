// The bare machine: a node:http server that returns one answer. A file with the body, one with the head, and a port are its arguments.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'

const [bodyFile, headFile, port] = process.argv.slice(2)
const body = readFileSync(bodyFile)
const head = JSON.parse(readFileSync(headFile, 'utf8'))
createServer((_req, res) => {
  res.writeHead(200, head)
  res.end(body)
}).listen(Number(port), '127.0.0.1')
process.on('disconnect', () => process.exit(0))
