// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import RESP
import Testing

/// Random conversations with a server that answers right, late, in pieces, or dies: whatever
/// happens, each caller learns exactly one outcome, and a value only if it is its own.
@Suite("Random conversations")
struct ConversationTests {
  /// A client, a server that answers `GET n` with `n`, and the wire between them.
  private struct World: ~Copyable {
    var dice: Dice
    var rig: Rig
    var server = RESPParser()
    var toClient: [UInt8] = []
    var tickets: [RESPTicket] = []
    var outcomes: [UInt: Int] = [:]
    var lastReply: UInt?
    var mistakes: [String] = []
    var pushes = 0
    var pushesSeen = 0

    init(seed: UInt64) {
      dice = Dice(seed: seed)
      rig = Rig(outstanding: 1 + dice.below(100), unsentBytes: 500)
    }

    mutating func step() throws {
      switch dice.below(12) {
      case 0...3: send()
      case 4, 5: try answer()
      case 6...8: deliver(dice.below(60))
      case 9: cancel()
      case 10: note(rig.advance(to: rig.now + UInt64(dice.below(1000))))
      default: push()
      }
    }

    mutating func send() {
      let tag = UInt(tickets.count)
      let deadline = dice.oneIn(2) ? UInt64.max : rig.now + UInt64(dice.below(20_000))
      if let ticket = rig.send("GET \(tag)", tag: tag, deadline: deadline) {
        tickets.append(ticket)
        outcomes[tag] = 0
      }
    }

    /// Some of the unsent bytes leave; the server answers what has come whole.
    mutating func answer() throws {
      let before = rig.sent.count
      rig.flush(dice.below(200))
      server.receive(Array(rig.sent[before...]))
      while try server.next() {
        let key = server.frame.value()[1]?.string ?? "?"
        toClient += wire(dice.oneIn(2) ? "$\(key.utf8.count)\r\n\(key)\r\n" : ":\(key)\r\n")
      }
    }

    mutating func push() {
      toClient += wire(">2\r\n+invalidate\r\n*1\r\n$1\r\nk\r\n")
      pushes += 1
    }

    mutating func deliver(_ count: Int) {
      let piece = Array(toClient.prefix(count))
      toClient.removeFirst(piece.count)
      note(rig.feed(piece))
    }

    mutating func cancel() {
      guard !tickets.isEmpty else { return }
      let ticket = dice.pick(Array(tickets.suffix(50)))
      if rig.connection.cancel(ticket, now: rig.now) { settle(ticket.tag) }
    }

    mutating func note(_ events: [Event]) {
      for event in events {
        switch event {
        case .reply(let tag, let value):
          settle(tag)
          if value.integer != Int64(tag) { mistakes.append("\(tag) received another's value") }
          if let lastReply, lastReply >= tag { mistakes.append("\(tag) came out of order") }
          lastReply = tag
        case .timedOut(let tag), .failed(let tag, _): settle(tag)
        case .push: pushesSeen += 1
        case .close(.stalled), .close(.disconnected), .close(.finished), .vacant: break
        default: mistakes.append("unexpected \(event)")
        }
      }
    }

    mutating func settle(_ tag: UInt) {
      outcomes[tag, default: 100] += 1
      if outcomes[tag] != 1 { mistakes.append("\(tag) has several outcomes") }
    }
  }

  @Test(arguments: seeds(200)) func `each caller learns one outcome and only its own value`(
    seed: UInt64
  ) throws {
    var world = World(seed: seed)
    for _ in 0..<600 where !world.rig.connection.isClosed { try world.step() }
    if world.dice.oneIn(2) {
      world.note(world.rig.disconnect())
    } else {
      world.rig.connection.finish()
      while !world.rig.connection.isClosed {
        try world.answer()
        world.deliver(.max)
      }
      #expect(world.pushes == world.pushesSeen)
    }
    let undecided = world.outcomes.filter { $0.value != 1 }.keys.sorted()
    #expect(world.mistakes == [], "\(replay(seed, "ConversationTests"))")
    #expect(undecided == [], "\(replay(seed, "ConversationTests"))")
    #expect(world.outcomes.count == world.tickets.count)
  }

  @Test(arguments: seeds(100)) func `a byte changed on the wire never gives a caller two outcomes`(
    seed: UInt64
  ) throws {
    var world = World(seed: seed)
    for _ in 0..<400 where !world.rig.connection.isClosed {
      try world.step()
      if world.dice.oneIn(40), !world.toClient.isEmpty {
        world.toClient[world.dice.below(world.toClient.count)] = world.dice.pick(wire("*$+:5\r\n"))
      }
    }
    world.note(world.rig.disconnect())
    let several = world.mistakes.filter { $0.contains("several") || $0.contains("order") }
    #expect(several == [], "\(replay(seed, "ConversationTests"))")
    #expect(world.outcomes.values.allSatisfy { $0 == 1 }, "\(replay(seed, "ConversationTests"))")
  }
}
