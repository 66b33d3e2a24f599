// The bare machine: a node:http server that returns one body. Body file, encoding and port are its arguments.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'

const [file, encoding, port] = process.argv.slice(2)
const body = readFileSync(file)
const headers = ['Content-Type', 'text/html; charset=utf-8', 'Content-Encoding', encoding, 'Content-Length', String(body.length)]
createServer((_req, res) => {
  res.writeHead(200, headers)
  res.end(body)
}).listen(Number(port), '127.0.0.1')
process.on('disconnect', () => process.exit(0))
