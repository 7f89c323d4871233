// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import RESP

/// Whatever is sent, cancelled, expired and received in whatever order, each caller learns exactly
/// one outcome, replies come in the order of the commands, and nothing follows the end.
struct ConversationCheck: ~Copyable {
  private var connection: RESPConnection
  private var script: ArraySlice<UInt8>
  private var now: UInt64 = 0
  private var tickets: [RESPTicket] = []
  private var outcomes: [Int] = []
  private var lastReply = -1
  private var isClosed = false

  init(_ script: [UInt8], version: RESPVersion) {
    self.script = script[...]
    let credentials = RESPCredentials(user: "user", password: "password")
    connection = RESPConnection(
      RESPConfiguration(
        session: RESPSession(
          credentials: script.count % 2 == 0 ? credentials : nil, clientName: "fuzz",
          database: script.count % 3, version: version),
        limits: smallLimits, outstanding: 8, unsentBytes: 400),
      now: 0)
  }

  consuming func run() {
    shakeHands()
    while let operation = script.popFirst() { perform(operation) }
    connection.disconnected()
    drain()
    check(isClosed && connection.isClosed, "not closed")
    check(outcomes.allSatisfy { $0 == 1 }, "a caller without outcome")
    check(connection.unsentBytes == 0, "bytes after the end")
  }

  /// Three times out of four, so that what comes afterwards is reached too.
  private mutating func shakeHands() {
    guard let choice = script.popFirst(), choice % 4 != 0 else { return }
    for _ in 0..<4 where !connection.isReady && !isClosed {
      let asked = connection.withUnsentBytes { String(decoding: $0, as: UTF8.self) }
      flush(.max)
      let answer =
        asked.contains("HELLO")
        ? "%1\r\n+proto\r\n:3\r\n" : asked.contains("PING") ? "+PONG\r\n" : "+OK\r\n"
      feed(Array(answer.utf8))
    }
  }

  private mutating func perform(_ operation: UInt8) {
    let argument = Int(script.popFirst() ?? 0)
    switch operation % 12 {
    case 0, 1: send(argument)
    case 2: flush(argument)
    case 3: flush(.max)
    case 4: cancel(argument)
    case 5: advance(UInt64(argument) * 20_000_000)
    case 6, 7: feedScript(argument)
    case 8: feed(Array("+OK\r\n".utf8))
    case 9: feed(Array("*3\r\n+subscribe\r\n+a\r\n:1\r\n".utf8))
    case 10: feed(Array(">3\r\n+subscribe\r\n+a\r\n:1\r\n".utf8))
    default: if argument == 0 { connection.finish() } else { drain() }
    }
    check(connection.outstanding <= 8, "too many slots")
  }

  private mutating func send(_ choice: Int) {
    let deadline = choice % 2 == 0 ? UInt64.max : now + UInt64(choice) * 10_000_000
    let admission = connection.send(tag: UInt(tickets.count), deadline: deadline) { writer in
      switch choice % 7 {
      case 0: writer.command("SUBSCRIBE", "a")
      case 1: writer.command("UNSUBSCRIBE", "a")
      case 2: writer.command("PING")
      case 3: writer.command("SSUBSCRIBE", "a", "b")
      case 4: writer.command("GET", arguments: choice % 3)
      default: writer.command("GET", choice)
      }
    }
    guard case .sent(let ticket) = admission else { return }
    check(!isClosed && ticket.sequence == UInt64(tickets.count), "numbering")
    tickets.append(ticket)
    outcomes.append(0)
  }

  private mutating func flush(_ count: Int) {
    connection.didSend(count)
  }

  private mutating func cancel(_ index: Int) {
    guard index < tickets.count, connection.cancel(tickets[index], now: now) else { return }
    settle(tickets[index])
  }

  private mutating func advance(_ nanoseconds: UInt64) {
    now += nanoseconds
    while note(connection.expire(now: now)) {}
    check((connection.nextDeadline ?? .max) > now, "a deadline that was met is due again")
  }

  private mutating func feedScript(_ count: Int) {
    let bytes = Array(script.prefix(count))
    script = script.dropFirst(count)
    feed(bytes)
  }

  private mutating func feed(_ bytes: [UInt8]) {
    connection.receive(bytes)
    drain()
  }

  private mutating func drain() {
    while note(connection.next()) {}
  }

  /// Checks what the connection asks for; false when there is nothing.
  private mutating func note(_ action: RESPAction) -> Bool {
    switch action {
    case .wait: return false
    case .ready, .vacant, .push: check(!isClosed, "life after the end")
    case .timedOut(let ticket): settle(ticket)
    case .reply(let ticket):
      check(!isClosed && Int(ticket.tag) > lastReply, "out of order")
      lastReply = Int(ticket.tag)
      settle(ticket)
    case .close:
      check(!isClosed, "closed twice")
      isClosed = true
    case .failed(let ticket, _):
      check(isClosed, "failed before the end")
      settle(ticket)
    }
    _ = connection.frame.value()
    return true
  }

  private mutating func settle(_ ticket: RESPTicket) {
    check(ticket.tag == UInt(ticket.sequence), "tag")
    outcomes[Int(ticket.tag)] += 1
    check(outcomes[Int(ticket.tag)] == 1, "two outcomes")
  }
}
