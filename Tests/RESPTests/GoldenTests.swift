// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import RESP
import Testing

/// Bytes exactly as Redis 7.0.15 sent them.
@Suite("What Redis sends")
struct GoldenTests {
  @Test func `DEBUG PROTOCOL`() {
    let stream =
      "$11\r\nHello World\r\n:12345\r\n,3.141\r\n_\r\n*3\r\n:0\r\n:1\r\n:2\r\n~3\r\n:0\r\n:1\r\n:2\r\n"
      + "%3\r\n:0\r\n#f\r\n:1\r\n#t\r\n:2\r\n#f\r\n|1\r\n$14\r\nkey-popularity\r\n*2\r\n$7\r\nkey:123\r\n"
      + ":90\r\n$39\r\nSome real reply following the attribute\r\n>2\r\n$16\r\nserver-cpu-usage\r\n:42\r\n"
      + "$40\r\nSome real reply following the push reply\r\n(1234567999999999999999999999999999999\r\n"
      + "#t\r\n#f\r\n=29\r\ntxt:This is a verbatim\nstring\r\n"
    let popularity = RESPPair(
      .bulkString(wire("key-popularity")), .array([.bulkString(wire("key:123")), .integer(90)]))
    let expected: [RESPValue] = [
      .bulkString(wire("Hello World")), .integer(12_345), .double(3.141), .null,
      .array([.integer(0), .integer(1), .integer(2)]),
      .set([.integer(0), .integer(1), .integer(2)]),
      .map([
        RESPPair(.integer(0), .boolean(false)), RESPPair(.integer(1), .boolean(true)),
        RESPPair(.integer(2), .boolean(false)),
      ]),
      .attributed(
        .bulkString(wire("Some real reply following the attribute")), attributes: [popularity]),
      .push([.bulkString(wire("server-cpu-usage")), .integer(42)]),
      .bulkString(wire("Some real reply following the push reply")),
      .bigNumber("1234567999999999999999999999999999999"), .boolean(true), .boolean(false),
      .verbatimString(RESPVerbatimString(text: wire("This is a verbatim\nstring"))),
    ]
    #expect(parse(stream) == Parsed(values: expected))
    #expect(parse(single(wire(stream))) == Parsed(values: expected))
  }

  @Test func `subscribing, in the middle of other commands`() {
    var rig = Rig()
    rig.send("SUBSCRIBE a b", tag: 1)
    rig.send("UNSUBSCRIBE a b", tag: 2)
    rig.send("NOPE a b", tag: 3)
    rig.flush()
    let stream =
      ">3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n>3\r\n$9\r\nsubscribe\r\n$1\r\nb\r\n:2\r\n"
      + ">3\r\n$11\r\nunsubscribe\r\n$1\r\na\r\n:1\r\n>3\r\n$11\r\nunsubscribe\r\n$1\r\nb\r\n:0\r\n"
      + "-ERR unknown command 'NOPE', with args beginning with: 'a' 'b' \r\n"
    let tags = rig.feed(stream).map { event in
      switch event {
      case .reply(let tag, _): tag
      default: UInt.max
      }
    }
    #expect(tags == [1, 2, 3])
  }
}
