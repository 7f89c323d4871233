// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import RESP
import Testing

@Suite("Deadlines and cancellation")
struct DeadlineTests {
  private let second: UInt64 = 1_000_000_000

  @Test func `a caller is told at its deadline and its late reply reaches nobody`() {
    var rig = Rig()
    rig.send("GET a", tag: 1, deadline: 2000)
    rig.send("GET b", tag: 2, deadline: 9000)
    rig.flush()
    #expect(rig.connection.nextDeadline == 2000)
    #expect(rig.advance(to: 1999).isEmpty)
    #expect(rig.advance(to: 2000) == [.timedOut(1)])
    #expect(rig.advance(to: 2001).isEmpty)
    #expect(rig.feed("+late\r\n+OK\r\n") == [.ok(2)])
  }

  @Test func `deadlines out of order are met in the order of the slots`() {
    var rig = Rig()
    for (tag, deadline) in [5000, 2000, 4000, 3000].enumerated() {
      rig.send("GET a", tag: UInt(tag), deadline: UInt64(deadline))
    }
    #expect(rig.connection.nextDeadline == 2000)
    #expect(rig.advance(to: 2000) == [.timedOut(1)])
    #expect(rig.connection.nextDeadline == 3000)
    #expect(rig.advance(to: 4500) == [.timedOut(2), .timedOut(3)])
    #expect(rig.connection.nextDeadline == 5000)
    rig.send("GET a", tag: 9, deadline: 4600)
    #expect(rig.connection.nextDeadline == 4600)
    #expect(rig.advance(to: 6000) == [.timedOut(0), .timedOut(9)])
  }

  @Test func `a command without deadline waits for ever`() {
    var rig = Rig()
    rig.send("BLPOP q 0", tag: 1)
    rig.flush()
    #expect(rig.connection.nextDeadline == nil)
    #expect(rig.advance(to: .max).isEmpty)
    #expect(rig.feed("_\r\n") == [.reply(1, .null)])
  }

  @Test func `a server that stays silent for the grace is given up`() {
    var rig = Rig()
    rig.send("GET a", tag: 1, deadline: 2000)
    rig.send("SET b 1", tag: 2)
    rig.flush()
    #expect(rig.advance(to: 2000) == [.timedOut(1)])
    #expect(rig.connection.nextDeadline == 2000 + second)
    #expect(rig.advance(to: 2000 + second - 1).isEmpty)
    #expect(rig.advance(to: 2000 + second) == [.close(.stalled), .failed(2, .unknown)])
    #expect(rig.connection.nextDeadline == nil)
  }

  @Test func `a server that works through what piled up is not given up`() {
    var rig = Rig()
    for tag in 0..<10 { rig.send("GET a", tag: UInt(tag), deadline: 2000) }
    rig.flush()
    #expect(rig.advance(to: 2000).count == 10)
    var now: UInt64 = 2000
    for _ in 0..<9 {
      now += second - 1
      #expect(rig.feed("+late\r\n").isEmpty)
      #expect(rig.advance(to: now).isEmpty)
    }
    #expect(rig.advance(to: now + second) == [.close(.stalled)])
  }

  @Test func `a conversation that is one reply behind is given up`() {
    var rig = Rig()
    rig.send("GET lost", tag: 0, deadline: 2000)
    rig.flush()
    #expect(rig.advance(to: 2000) == [.timedOut(0)])
    var now: UInt64 = 2000
    for tag in 1...3 {
      rig.send("GET a", tag: UInt(tag), deadline: now + second / 4)
      rig.flush()
      now += second / 4
      // The reply of this command goes to the one before.
      #expect(rig.feed("+a\r\n").isEmpty)
      #expect(rig.advance(to: now) == [.timedOut(UInt(tag))])
    }
    rig.send("GET a", tag: 9, deadline: now + second)
    rig.flush()
    #expect(rig.feed("+a\r\n").isEmpty)
    #expect(rig.advance(to: now + second) == [.timedOut(9), .close(.stalled)])
  }

  @Test func `a command in time shows that the server is well`() {
    var rig = Rig()
    rig.send("GET slow", tag: 0, deadline: 2000)
    rig.send("GET b", tag: 1, deadline: 9 * second)
    rig.flush()
    #expect(rig.advance(to: 2000) == [.timedOut(0)])
    #expect(rig.feed("+slow\r\n+b\r\n") == [.reply(1, .simpleString("b"))])
    rig.send("GET c", tag: 2, deadline: 3 * second)
    rig.flush()
    #expect(rig.advance(to: 3 * second) == [.timedOut(2)])
  }

  @Test func `an expired command that was never sent may still be sent and is of unknown fate`() {
    var rig = Rig()
    rig.send("SET a 1", tag: 1, deadline: 2000)
    #expect(rig.advance(to: 2000) == [.timedOut(1)])
    #expect(rig.flush().contains("SET"))
    rig.send("GET a", tag: 2)
    rig.flush()
    #expect(rig.feed("+OK\r\n+2\r\n") == [.reply(2, .simpleString("2"))])
  }

  @Test func `a cancelled caller is not told anything again`() throws {
    var rig = Rig()
    let first = try rig.ticket("GET a", tag: 1, deadline: 5000)
    let second = try rig.ticket("GET b", tag: 2, deadline: 5000)
    rig.flush()
    #expect(rig.connection.cancel(first, now: 1500) == true)
    #expect(rig.connection.cancel(first, now: 1500) == false)
    #expect(rig.advance(to: 5000) == [.timedOut(2)])
    #expect(rig.connection.cancel(second, now: 5000) == false)
    #expect(rig.disconnect() == [.close(.disconnected)])
  }

  @Test func `a ticket that was answered cannot be cancelled`() throws {
    var rig = Rig()
    let ticket = try rig.ticket("GET a", tag: 1)
    rig.flush()
    _ = rig.feed("+OK\r\n")
    #expect(rig.connection.cancel(ticket, now: 1) == false)
    rig.send("GET b", tag: 2)
    rig.flush()
    #expect(rig.connection.cancel(ticket, now: 1) == false)
    #expect(rig.feed("+OK\r\n") == [.ok(2)])
  }

  @Test func `a cancelled blocking command is owed a reply only for the grace`() throws {
    var rig = Rig()
    let ticket = try rig.ticket("BLPOP q 0", tag: 1)
    rig.flush()
    #expect(rig.connection.cancel(ticket, now: 3000) == true)
    #expect(rig.connection.nextDeadline == 3000)
    #expect(rig.advance(to: 3000).isEmpty)
    #expect(rig.connection.nextDeadline == 3000 + second)
    #expect(rig.advance(to: 3000 + second) == [.close(.stalled)])
  }

  /// Sixty-four callers, distinct values: for each byte of the stream, cancel one of them when that
  /// many bytes have come. No caller may ever receive what another asked for.
  @Test func `cancelled at any byte of the stream, no caller receives another's value`() {
    let callers = 64
    let replies = (0..<callers).map { tag in
      tag % 3 == 0
        ? "$5\r\nval\(10 + tag)\r\n" : tag % 3 == 1 ? "*1\r\n:\(tag)\r\n" : "+s\(tag)\r\n"
    }
    let values = replies.map { parse($0).values[0] }
    let stream = wire(replies.joined())
    for cut in 0...stream.count {
      for target in [0, cut % callers, callers - 1] {
        var rig = Rig()
        let tickets = (0..<callers).compactMap { rig.send("GET k\($0)", tag: UInt($0)) }
        rig.flush()
        var events = rig.feed(Array(stream[..<cut]))
        let wasWaiting = rig.connection.cancel(tickets[target], now: 1)
        events += rig.feed(Array(stream[cut...]))
        let expected = (0..<callers).filter { $0 != target || !wasWaiting }
        #expect(events == expected.map { .reply(UInt($0), values[$0]) }, "\(target) at \(cut)")
      }
    }
  }

  @Test func `cancelled at any byte on its way out, no caller receives another's value`() {
    for cut in 0..<200 {
      var rig = Rig()
      let tickets = (0..<6).compactMap { rig.send("GET key\($0)", tag: UInt($0)) }
      rig.flush(cut)
      for tag in [1, 2, 4] { #expect(rig.connection.cancel(tickets[tag], now: 1) == true) }
      rig.flush()
      #expect(parse(rig.sent).values.count == 6)
      let events = rig.feed(":0\r\n:1\r\n:2\r\n:3\r\n:4\r\n:5\r\n")
      #expect(events == [0, 3, 5].map { .reply(UInt($0), .integer(Int64($0))) })
    }
  }
}
