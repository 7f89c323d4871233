// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import RESP

/// What a connection asked for, with the frame that belonged to it.
enum Event: Equatable {
  case reply(UInt, RESPValue)
  case push(RESPValue)
  case ready
  case vacant
  case timedOut(UInt)
  case close(RESPConnectionError)
  case failed(UInt, RESPFate)

  static func ok(_ tag: UInt) -> Event { .reply(tag, .simpleString("OK")) }
}

/// A connection between two ends of a string, with a clock that stands still.
struct Rig: ~Copyable {
  var connection: RESPConnection
  var now: UInt64 = 1000
  /// Everything sent so far.
  var sent: [UInt8] = []

  /// A connection that has not shaken hands.
  init(_ configuration: RESPConfiguration) {
    connection = RESPConnection(configuration, now: 1000)
  }

  /// A connection of `version` that is ready.
  init(
    version: RESPVersion = .resp3, outstanding: Int = 16_384, unsentBytes: Int = 16 << 20
  ) {
    let session = RESPSession(version: version)
    self.init(
      RESPConfiguration(session: session, outstanding: outstanding, unsentBytes: unsentBytes))
    _ = flush()
    _ = feed(version == .resp3 ? "%1\r\n+proto\r\n:3\r\n" : "+PONG\r\n")
    sent = []
  }

  /// Sends one command of the words in `text`; nil when it is refused.
  @discardableResult
  mutating func send(_ text: String, tag: UInt = 0, deadline: UInt64 = .max) -> RESPTicket? {
    if case .sent(let ticket) = offer(text, tag: tag, deadline: deadline) { ticket } else { nil }
  }

  /// Sends one command that must not be refused.
  mutating func ticket(
    _ text: String, tag: UInt = 0, deadline: UInt64 = .max
  ) throws(RESPRefusal) -> RESPTicket {
    switch offer(text, tag: tag, deadline: deadline) {
    case .sent(let ticket): return ticket
    case .refused(let refusal): throw refusal
    }
  }

  /// Offers one command of the words in `text`.
  mutating func offer(_ text: String, tag: UInt = 0, deadline: UInt64 = .max) -> RESPAdmission {
    let words = text.split(separator: " ").map(String.init)
    return connection.send(tag: tag, deadline: deadline) { writer in
      writer.command(named: words[0], arguments: words.count - 1)
      for word in words.dropFirst() { writer.argument(word) }
    }
  }

  /// Lets the transport take all that waits, or the first `count` bytes; returns them as text.
  @discardableResult
  mutating func flush(_ count: Int = .max) -> String {
    let taken = connection.withUnsentBytes { [UInt8]($0.prefix(count)) }
    connection.didSend(taken.count)
    sent += taken
    return String(decoding: taken, as: UTF8.self)
  }

  /// Brings `text` from the server and returns what came of it.
  mutating func feed(_ text: String) -> [Event] {
    feed(wire(text))
  }

  mutating func feed(_ bytes: [UInt8]) -> [Event] {
    connection.receive(bytes)
    return events()
  }

  /// Ends the transport.
  mutating func disconnect() -> [Event] {
    connection.disconnected()
    return events()
  }

  /// Moves the clock and returns what expired.
  mutating func advance(to moment: UInt64) -> [Event] {
    now = moment
    var events: [Event] = []
    while true {
      let action = connection.expire(now: now)
      guard let event = event(action) else { return events }
      events.append(event)
    }
  }

  /// All that is to be done now.
  mutating func events() -> [Event] {
    var events: [Event] = []
    while true {
      let action = connection.next()
      guard let event = event(action) else { return events }
      events.append(event)
    }
  }

  private func event(_ action: RESPAction) -> Event? {
    switch action {
    case .wait: nil
    case .ready: .ready
    case .vacant: .vacant
    case .reply(let ticket): .reply(ticket.tag, connection.frame.value())
    case .push: .push(connection.frame.value())
    case .timedOut(let ticket): .timedOut(ticket.tag)
    case .close(let reason): .close(reason)
    case .failed(let ticket, let fate): .failed(ticket.tag, fate)
    }
  }
}
