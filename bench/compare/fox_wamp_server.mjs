// fox-wamp as its README starts it, with JSON over WebSocket, which is all it has for WAMP.
//     node fox_wamp_server.mjs READY_FILE
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import FoxRouter from 'fox-wamp'

const server = createServer()
new FoxRouter().listenWAMP({ server, path: '/ws', perMessageDeflate: false })
server.listen(0, '127.0.0.1', () => {
  writeFileSync(process.argv[2], `raw://127.0.0.1:${server.address().port}\n`)
})
