// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import RESP
import Testing

/// The n-th reply belongs to the n-th command, or to nobody.
@Suite("Slots")
struct SlotTests {
  @Test func `replies reach their callers in order, however they arrive`() {
    var rig = Rig()
    for tag in 0..<5 { rig.send("GET \(tag)", tag: UInt(tag)) }
    rig.flush()
    #expect(
      rig.feed("+a\r\n:1\r\n$1\r") == [.reply(0, .simpleString("a")), .reply(1, .integer(1))])
    #expect(rig.feed("\nx\r\n_\r\n") == [.reply(2, .bulkString(wire("x"))), .reply(3, .null)])
    #expect(rig.connection.outstanding == 1)
    #expect(rig.feed("-ERR no\r\n") == [.reply(4, .error(RESPError(message: "ERR no")))])
    #expect(rig.connection.outstanding == 0)
  }

  @Test func `commands of one turn leave together`() {
    var rig = Rig()
    rig.send("GET a")
    rig.send("GET b")
    #expect(rig.flush() == "*2\r\n$3\r\nGET\r\n$1\r\na\r\n*2\r\n$3\r\nGET\r\n$1\r\nb\r\n")
    #expect(rig.connection.unsentBytes == 0)
  }

  @Test(arguments: [
    "+OK\r\n", ":1\r\n", "*0\r\n", "_\r\n", "%0\r\n", "|1\r\n+a\r\n:1\r\n+x\r\n", "$?\r\n;0\r\n",
  ])
  func `a reply that nobody asked for closes the connection`(reply: String) {
    var rig = Rig()
    #expect(rig.feed(reply) == [.close(.unexpectedFrame(code: nil))])
    #expect(rig.connection.isClosed == true)
    #expect(rig.offer("GET a") == .refused(.closed))
  }

  @Test func `an error that nobody asked for is named by its code`() {
    var rig = Rig()
    let events = rig.feed("-ERR max number of clients reached\r\n")
    #expect(events == [.close(.unexpectedFrame(code: "MAXCLIENTS"))])
    var other = Rig()
    #expect(other.feed("-HUNTER2 x\r\n") == [.close(.unexpectedFrame(code: "unknown"))])
  }

  @Test func `a reply to a command that has not been sent closes the connection`() {
    var rig = Rig()
    rig.send("GET a", tag: 1)
    rig.flush(5)
    let events = rig.feed("+OK\r\n")
    #expect(events == [.close(.unexpectedFrame(code: nil)), .failed(1, .unsent)])
  }

  @Test func `one reply too many fails those behind it instead of reaching them`() {
    var rig = Rig()
    rig.send("GET a", tag: 1)
    rig.flush()
    rig.send("GET b", tag: 2)
    let events = rig.feed("+A\r\n+extra\r\n")
    #expect(
      events == [
        .reply(1, .simpleString("A")), .close(.unexpectedFrame(code: nil)), .failed(2, .unsent),
      ])
  }

  @Test func `after any mistake on the wire every caller learns its fate once`() {
    for mistake in everyMistake {
      var rig = Rig()
      rig.send("GET a", tag: 1)
      rig.send("SET b 2", tag: 2)
      rig.flush()
      rig.send("GET c", tag: 3)
      let expected: [Event] = [
        .ok(1), .close(.protocolViolation(mistake.error)), .failed(2, .unknown),
        .failed(3, .unsent),
      ]
      #expect(rig.feed("+OK\r\n" + mistake.wire + "+OK\r\n") == expected, "\(mistake.wire)")
      #expect(rig.events().isEmpty && rig.connection.unsentBytes == 0)
    }
  }

  @Test func `every reply at every split is followed by the next in its place`() {
    for reply in everyReply {
      let isPush = reply.value.kind == .push
      let bytes = wire(reply.wire + (isPush ? "+a\r\n" : "") + "+NEXT\r\n")
      for cut in 0...bytes.count {
        var rig = Rig()
        rig.send("GET a", tag: 1)
        rig.send("GET b", tag: 2)
        rig.flush()
        let events = rig.feed(Array(bytes[..<cut])) + rig.feed(Array(bytes[cut...]))
        let value = reply.value.withoutAttributes
        let first: [Event] =
          isPush ? [.push(value), .reply(1, .simpleString("a"))] : [.reply(1, value)]
        #expect(events == first + [.reply(2, .simpleString("NEXT"))], "\(reply.wire) at \(cut)")
      }
    }
  }

  @Test func `a connection lost in the middle of a reply delivers what came whole`() {
    var rig = Rig()
    for tag in 1...3 { rig.send("GET \(tag)", tag: UInt(tag)) }
    rig.flush()
    rig.connection.receive(wire("+A\r\n$5\r\nhel"))
    let expected: [Event] = [
      .reply(1, .simpleString("A")), .close(.disconnected), .failed(2, .unknown),
      .failed(3, .unknown),
    ]
    #expect(rig.disconnect() == expected)
  }

  @Test func `the fate of a command is known only while its last byte is here`() {
    var rig = Rig()
    rig.send("SET a 1", tag: 1)
    rig.send("SET b 2", tag: 2)
    let length = rig.connection.unsentBytes / 2
    rig.flush(length + length - 1)
    #expect(rig.disconnect() == [.close(.disconnected), .failed(1, .unknown), .failed(2, .unsent)])
  }

  @Test func `a transport that claims to have taken more than there was changes nothing`() {
    var rig = Rig()
    for count in [.max, -5, .max, .min, .max, .max] { rig.connection.didSend(count) }
    rig.send("GET a", tag: 1)
    #expect(rig.feed("+OK\r\n").first == .close(.unexpectedFrame(code: nil)))
  }

  @Test func `slots are refused when full and announced when half are free`() {
    var rig = Rig(outstanding: 4)
    for tag in 0..<4 { #expect(rig.send("GET a", tag: UInt(tag)) != nil) }
    #expect(rig.connection.vacancies == 0)
    #expect(rig.offer("GET a") == .refused(.full))
    #expect(rig.offer("GET a") == .refused(.full))
    rig.flush()
    #expect(rig.feed("+OK\r\n") == [.ok(0)])
    #expect(rig.feed("+OK\r\n") == [.ok(1), .vacant])
    #expect(rig.feed("+OK\r\n") == [.ok(2)])
    #expect(rig.connection.vacancies == 3)
  }

  @Test func `bytes are refused when too many wait and announced when half are sent`() {
    var rig = Rig(unsentBytes: 100)
    var count = 0
    while rig.send("GET abcdefgh") != nil { count += 1 }
    #expect(count == 4 && rig.connection.unsentBytes >= 100)
    rig.flush(10)
    #expect(rig.events().isEmpty)
    rig.flush()
    #expect(rig.events() == [.vacant])
    #expect(rig.send("GET a") != nil)
  }

  @Test func `numbers of slots go on while the ring turns and grows`() {
    var rig = Rig()
    var (sent, received) = (UInt(0), UInt(0))
    for round in 1...60 {
      for _ in 0..<(round * 7) {
        #expect(rig.send("GET a", tag: sent)?.sequence == UInt64(sent))
        sent += 1
      }
      rig.flush()
      for _ in 0..<(round * 5) {
        #expect(rig.feed("+OK\r\n") == [.ok(received)])
        received += 1
      }
    }
    #expect(rig.connection.outstanding == Int(sent - received))
  }

  @Test func `a finished connection answers what it owes and then closes`() {
    var rig = Rig()
    rig.send("GET a", tag: 1)
    rig.flush()
    rig.connection.finish()
    #expect(rig.events().isEmpty)
    #expect(rig.offer("GET b") == .refused(.closed))
    #expect(rig.feed("+OK\r\n") == [.ok(1), .close(.finished)])
    var idle = Rig()
    idle.connection.finish()
    #expect(idle.events() == [.close(.finished)])
  }

  @Test func `what is not exactly one command is not sent`() {
    var rig = Rig()
    let attempts: [(inout RESPWriter) -> Void] = [
      { _ in },
      { $0.command("GET", arguments: 1) },
      {
        $0.command("GET", "a"); $0.argument("b")
      },
      {
        $0.command("GET", "a"); $0.command("GET", "b")
      },
      { $0.argument("GET") },
      { $0.command("GET", arguments: -1) },
      { $0.value(.simpleString("GET")) },
    ]
    for attempt in attempts {
      #expect(rig.connection.send(attempt) == .refused(.malformed))
    }
    #expect(rig.connection.unsentBytes == 0 && rig.connection.outstanding == 0)
    #expect(rig.send("GET a", tag: 9) != nil)
    #expect(rig.flush() == "*2\r\n$3\r\nGET\r\n$1\r\na\r\n")
    #expect(rig.feed("+OK\r\n") == [.ok(9)])
  }

  @Test(arguments: [
    "MONITOR", "monitor", "CLIENT REPLY OFF", "client Reply skip", "HELLO 3", "RESET", "SYNC",
    "PSYNC ? -1", "REPLCONF ACK 1", "UNSUBSCRIBE", "PUNSUBSCRIBE", "sunsubscribe", "SUBSCRIBE",
  ])
  func `a command that would shift later replies is not sent`(command: String) {
    var rig = Rig()
    #expect(rig.offer(command) == .refused(.unsupported))
    #expect(rig.connection.unsentBytes == 0 && rig.connection.outstanding == 0)
  }

  @Test(arguments: ["CLIENT ID", "CLIENT", "PING", "PONG", "SYNCS", "MONITORS", "GET REPLY"])
  func `a command that only resembles one of those is sent`(command: String) {
    var rig = Rig()
    #expect(rig.send(command) != nil)
  }
}
