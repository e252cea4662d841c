// A broker of socket.io: rooms are topics, a call is handed to the socket that registered for it,
// and its acknowledgement goes back as that of the call. WebSocket only, nothing compressed.
//     node socketio_server.mjs READY_FILE
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { Server } from 'socket.io'

const server = createServer()
const io = new Server(server, {
  transports: ['websocket'],
  perMessageDeflate: false,
  httpCompression: false,
  serveClient: false
})
const callees = new Map()

io.on('connection', (socket) => {
  socket.on('join', (room, done) => {
    socket.join(room)
    done()
  })
  socket.on('publish', (room, payload) => io.to(room).emit('event', payload))
  socket.on('register', (name, done) => {
    callees.set(name, socket)
    socket.on('disconnect', () => callees.delete(name))
    done()
  })
  socket.on('call', (name, payload, done) => callees.get(name)?.emit('call', payload, done))
})
server.listen(0, '127.0.0.1', () => {
  writeFileSync(process.argv[2], `raw://127.0.0.1:${server.address().port}\n`)
})
