// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import BenchmarkKit
import RESP

/// What the connection itself costs per command: written, sent, answered and handed to its caller,
/// with nothing between the two ends but memory.
@MainActor func measureConversation(callers: Int) {
  guard isWanted("connection-\(callers)") else { return }
  var connection = ready()
  let replies = answers(callers)
  let key = "user:00001234:profile"
  var (commands, sum) = (0, 0)
  let start = now()
  repeat {
    for caller in 0..<callers {
      _ = connection.send(tag: UInt(caller), deadline: start + 1 << 40) { $0.command("GET", key) }
    }
    connection.didSend(connection.unsentBytes)
    connection.receive(minimum: replies.count) { space in
      space.copyBytes(from: replies)
      return replies.count
    }
    while case .reply(let ticket) = connection.next() {
      sum &+= (connection.frame.bytes?.count ?? 0) &+ Int(ticket.tag)
    }
    commands += callers
  } while now() - start < 300_000_000
  blackHole(sum)
  let bytes = commands / callers * replies.count
  report("connection-\(callers)", replies: commands, bytes: bytes, nanoseconds: now() - start)
}

private func ready() -> RESPConnection {
  var connection = RESPConnection(now: 0)
  connection.didSend(connection.unsentBytes)
  connection.receive(Array("%1\r\n+proto\r\n:3\r\n".utf8))
  _ = connection.next()
  return connection
}

private func answers(_ count: Int) -> [UInt8] {
  shape("", replies: count) { $0.value(bulk(100)) }.reply
}
