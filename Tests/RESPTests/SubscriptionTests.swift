// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import RESP
import Testing

@Suite("Subscriptions")
struct SubscriptionTests {
  private func array(_ type: String, _ words: String..., count: Int? = nil) -> String {
    let body = words.map { "$\($0.utf8.count)\r\n\($0)\r\n" }.joined()
    let total = words.count + (count == nil ? 0 : 1)
    return "\(type)\(total)\r\n" + body + (count.map { ":\($0)\r\n" } ?? "")
  }

  private func value(_ bytes: String) -> RESPValue { parse(bytes).values[0] }

  @Test func `confirmations fill one slot and messages pass beside replies`() {
    var rig = Rig()
    rig.send("GET x", tag: 1)
    rig.send("SUBSCRIBE a b", tag: 2)
    rig.send("GET y", tag: 3)
    rig.flush()
    let message = array(">", "message", "a", "hello")
    let confirmed = array(">", "subscribe", "b", count: 2)
    let events = rig.feed(
      "+X\r\n" + array(">", "subscribe", "a", count: 1) + message + confirmed + "+Y\r\n" + message)
    #expect(
      events == [
        .reply(1, .simpleString("X")), .push(value(message)), .reply(2, value(confirmed)),
        .reply(3, .simpleString("Y")), .push(value(message)),
      ])
  }

  @Test(arguments: [
    "subscribe", "psubscribe", "ssubscribe", "unsubscribe", "punsubscribe", "sunsubscribe",
  ])
  func `each command is confirmed by its own word only`(verb: String) {
    var rig = Rig()
    rig.send(verb.uppercased() + " a", tag: 1)
    rig.flush()
    let other = array(">", verb == "subscribe" ? "unsubscribe" : "subscribe", "a", count: 0)
    let own = array(">", verb, "a", count: 0)
    #expect(rig.feed(other + own) == [.push(value(other)), .reply(1, value(own))])
  }

  @Test func `a refused subscription gets the error as its reply`() {
    var rig = Rig()
    rig.send("SUBSCRIBE a b c", tag: 1)
    rig.send("GET x", tag: 2)
    rig.flush()
    let events = rig.feed("-NOPERM no\r\n+OK\r\n")
    #expect(events == [.reply(1, .error(RESPError(message: "NOPERM no"))), .ok(2)])
  }

  @Test func `an ordinary reply to a subscription closes the connection`() {
    var rig = Rig()
    rig.send("SUBSCRIBE a", tag: 1)
    rig.flush()
    let events = rig.feed("+QUEUED\r\n")
    #expect(events == [.close(.unexpectedFrame(code: nil)), .failed(1, .unknown)])
  }

  @Test func `pushes of any kind, known or not, pass at any time in RESP3`() {
    var rig = Rig()
    let pushes = [
      ">2\r\n+invalidate\r\n*1\r\n$1\r\nk\r\n", ">2\r\n+invalidate\r\n_\r\n", ">0\r\n",
      ">1\r\n:5\r\n", array(">", "news", "of tomorrow"), "|1\r\n+a\r\n:1\r\n>1\r\n+x\r\n",
    ]
    for push in pushes {
      #expect(rig.feed(push) == [.push(value(push).withoutAttributes)], "\(push)")
    }
  }

  @Test func `kinds of pushes are told by their first element`() throws {
    let kinds: [(String, RESPPushKind)] = [
      ("message", .message), ("pmessage", .patternMessage), ("smessage", .shardMessage),
      ("invalidate", .invalidate), ("subscribe", .confirmation(.subscribe)), ("pong", .pong),
      ("sunsubscribe", .confirmation(.shardUnsubscribe)), ("messages", .other), ("", .other),
    ]
    for (word, expected) in kinds {
      var parser = RESPParser()
      parser.receive(wire(array(">", word)))
      #expect(try parser.next())
      let kind = parser.frame.pushKind
      #expect(kind == expected, "\(word)")
    }
  }

  @Test func `a push in RESP2 closes the connection`() {
    var rig = Rig(version: .resp2)
    #expect(rig.feed(">1\r\n+x\r\n") == [.close(.unexpectedFrame(code: nil))])
  }

  @Test func `RESP2 arrays are messages only while subscribed`() {
    var rig = Rig(version: .resp2)
    let message = array("*", "message", "a", "hello")
    rig.send("LRANGE l 0 -1", tag: 1)
    rig.send("SUBSCRIBE a", tag: 2)
    rig.flush()
    let confirmed = array("*", "subscribe", "a", count: 1)
    #expect(
      rig.feed(message + confirmed + message) == [
        .reply(1, value(message)), .reply(2, value(confirmed)), .push(value(message)),
      ])
    rig.send("UNSUBSCRIBE a", tag: 3)
    rig.flush()
    let ended = array("*", "unsubscribe", "a", count: 0)
    #expect(rig.feed(message + ended) == [.push(value(message)), .reply(3, value(ended))])
    rig.send("LRANGE l 0 -1", tag: 4)
    rig.flush()
    #expect(rig.feed(message) == [.reply(4, value(message))])
    #expect(rig.feed(message) == [.close(.unexpectedFrame(code: nil))])
  }

  @Test func `a subscribed RESP2 connection admits subscriptions and PING only`() {
    var rig = Rig(version: .resp2)
    rig.send("SUBSCRIBE a", tag: 1)
    #expect(rig.offer("GET x") == .refused(.subscribed))
    rig.flush()
    _ = rig.feed(array("*", "subscribe", "a", count: 1))
    #expect(rig.offer("GET x") == .refused(.subscribed))
    #expect(rig.send("PING", tag: 2) != nil && rig.send("SSUBSCRIBE s", tag: 3) != nil)
    rig.flush()
    let pong = array("*", "pong", "")
    let shard = array("*", "ssubscribe", "s", count: 1)
    #expect(rig.feed(pong + shard) == [.reply(2, value(pong)), .reply(3, value(shard))])
    rig.send("UNSUBSCRIBE a", tag: 4)
    rig.flush()
    _ = rig.feed(array("*", "unsubscribe", "a", count: 0))
    #expect(rig.offer("GET x") == .refused(.subscribed), "the shard channel is still subscribed")
    #expect(rig.feed(array("*", "sunsubscribe", "s", count: 0)).count == 1)
    #expect(rig.send("GET x") != nil)
  }

  @Test func `PING before the subscription is answered as ever`() {
    var rig = Rig(version: .resp2)
    rig.send("PING", tag: 1)
    rig.send("SUBSCRIBE a", tag: 2)
    rig.flush()
    let confirmed = array("*", "subscribe", "a", count: 1)
    let events = rig.feed("+PONG\r\n" + confirmed)
    #expect(events == [.reply(1, .simpleString("PONG")), .reply(2, value(confirmed))])
  }

  @Test(arguments: ["+OK\r\n", ":1\r\n", "*1\r\n+x\r\n", "*0\r\n", "*2\r\n+pong\r\n+\r\n"])
  func `anything but a message on a subscribed RESP2 connection closes it`(reply: String) {
    var rig = Rig(version: .resp2)
    rig.send("SUBSCRIBE a")
    rig.flush()
    _ = rig.feed(array("*", "subscribe", "a", count: 1))
    #expect(rig.feed(reply) == [.close(.unexpectedFrame(code: nil))])
  }

  @Test func `a RESP2 message before the first confirmation closes the connection`() {
    var rig = Rig(version: .resp2)
    rig.send("SUBSCRIBE a", tag: 1)
    rig.flush()
    let events = rig.feed(array("*", "message", "a", "x"))
    #expect(events == [.close(.unexpectedFrame(code: nil)), .failed(1, .unknown)])
  }

  @Test func `a RESP2 confirmation without a count closes the connection`() {
    var rig = Rig(version: .resp2)
    rig.send("SUBSCRIBE a", tag: 1)
    rig.flush()
    let events = rig.feed(array("*", "subscribe", "a", "x"))
    #expect(events == [.close(.unexpectedFrame(code: nil)), .failed(1, .unknown)])
  }

  @Test func `a cancelled subscription is confirmed to nobody and shifts nothing`() throws {
    var rig = Rig()
    let ticket = try rig.ticket("SUBSCRIBE a b", tag: 1)
    rig.send("GET x", tag: 2)
    rig.flush()
    #expect(rig.feed(array(">", "subscribe", "a", count: 1)).isEmpty)
    #expect(rig.connection.cancel(ticket, now: 1) == true)
    #expect(rig.feed(array(">", "subscribe", "b", count: 2) + "+OK\r\n") == [.ok(2)])
  }
}
