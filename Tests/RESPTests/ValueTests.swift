// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import RESP
import Testing

@Suite("Values")
struct ValueTests {
  private let pairs = [
    RESPPair(.bulkString(wire("name")), .bulkString(wire("alice"))),
    RESPPair(.bulkString(wire("age")), .integer(42)),
  ]

  @Test func `strings of every kind are strings`() {
    let strings: [RESPValue] = [
      .simpleString("abc"), .bulkString(wire("abc")),
      .verbatimString(RESPVerbatimString(text: wire("abc"))),
      .attributed(.simpleString("abc"), attributes: pairs),
    ]
    for value in strings { #expect(value.string == "abc" && value.bytes == wire("abc")) }
    #expect(RESPValue.integer(1).string == nil && RESPValue.null.bytes == nil)
  }

  @Test func `numbers are numbers however they are spelled`() {
    for value in [RESPValue.integer(1), .bulkString(wire("1")), .boolean(true), .bigNumber("1")] {
      #expect(value.integer == 1)
    }
    for value in [
      RESPValue.double(2), .integer(2), .bulkString(wire("2.0")), .bulkString(wire("2")),
    ] {
      #expect(value.double == 2)
    }
    #expect(RESPValue.bulkString(wire("x")).integer == nil && RESPValue.null.double == nil)
    #expect(RESPValue.integer(0).boolean == false && RESPValue.integer(2).boolean == nil)
    #expect(RESPValue.double(.infinity).integer == nil)
  }

  @Test func `a map of RESP3 and a flat array of RESP2 are the same pairs`() {
    let flat = RESPValue.array(pairs.flatMap { [$0.key, $0.value] })
    for value in [RESPValue.map(pairs), flat] {
      #expect(value.pairs == pairs)
      #expect(value["name"]?.string == "alice" && value["age"]?.integer == 42)
      #expect(value["none"] == nil)
    }
    #expect(RESPValue.array([.null]).pairs == nil && RESPValue.integer(1)["a"] == nil)
  }

  @Test func `elements are reached by index, and what is not there is nil`() {
    for value in [RESPValue.array([.integer(1)]), .set([.integer(1)]), .push([.integer(1)])] {
      #expect(value[0] == .integer(1) && value[1] == nil && value[-1] == nil)
    }
    #expect(RESPValue.null[0] == nil && RESPValue.map(pairs)[0] == nil)
  }

  @Test func `attributes do not hide the value`() {
    let value = RESPValue.attributed(.attributed(.null, attributes: pairs), attributes: pairs)
    #expect(value.isNull && value.bare == .null && value.kind == .null)
    let error = RESPValue.attributed(.error(RESPError(message: "ERR x")), attributes: pairs)
    #expect(error.error?.code == "ERR" && error.error?.detail == "x")
  }

  private func isMap(_ value: RESPValue) -> Bool {
    if case .map = value.bare { true } else { false }
  }

  @Test func `every kind knows whether it holds others or is an error`() {
    for reply in everyReply {
      let kind = reply.value.kind
      #expect(kind.isAggregate == (reply.value.elements != nil || isMap(reply.value)))
      #expect(kind.isError == (reply.value.error != nil))
    }
  }

  @Test func `big frames of small values become values in linear memory`() {
    let count = 100_000
    let flat = parse("*\(count)\r\n" + String(repeating: "_\r\n", count: count))
    #expect(flat.values.first?.elements?.count == count)
    #expect(MemoryLayout<RESPValue>.stride <= 24)
  }
}
