// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import RESP
import Testing

/// What the writer writes, the parser reads.
@Suite("Writer and parser")
struct RoundTripTests {
  private func written(_ values: [RESPValue], _ version: RESPVersion) -> [UInt8] {
    var writer = RESPWriter()
    for value in values { writer.value(value, version: version) }
    return writer.withUnsafeBytes { [UInt8]($0) }
  }

  @Test(arguments: seeds(100)) func `random values come back the same`(seed: UInt64) {
    var forms = WireForms(seed: seed)
    let values = (0..<30).map { _ in forms.value() }
    #expect(parse(written(values, .resp3)).values == values, "\(replay(seed, "RoundTripTests"))")
  }

  @Test(arguments: seeds(50)) func `attributes are dropped unless asked for`(seed: UInt64) {
    var forms = WireForms(seed: seed)
    let values = (0..<30).map { _ in forms.value() }
    let bytes = values.flatMap { forms.bytes(of: $0) }
    let expected = values.map(\.withoutAttributes)
    let parsed = parse(bytes, keepingAttributes: false)
    #expect(parsed.values == expected, "\(replay(seed, "RoundTripTests"))")
  }

  @Test func `every value of RESP3 has a form in RESP2`() {
    let pairs = [RESPPair(.simpleString("a"), .boolean(true))]
    let cases: [(RESPValue, String)] = [
      (.null, "$-1\r\n"), (.boolean(false), ":0\r\n"), (.double(1.5), "$3\r\n1.5\r\n"),
      (.bigNumber("123"), "$3\r\n123\r\n"), (.map(pairs), "*2\r\n+a\r\n:1\r\n"),
      (.set([.null]), "*1\r\n$-1\r\n"), (.push([.integer(1)]), "*1\r\n:1\r\n"),
      (.verbatimString(RESPVerbatimString(text: wire("x"))), "$1\r\nx\r\n"),
      (.attributed(.integer(1), attributes: pairs), ":1\r\n"),
      (.error(RESPError(message: "ERR a\r\nb")), "-ERR a b\r\n"),
    ]
    for (value, expected) in cases {
      #expect(written([value], .resp2) == wire(expected), "\(expected)")
    }
  }

  @Test func `text that would break its line is sent as bytes`() {
    #expect(written([.simpleString("a\r\n+b")], .resp3) == wire("$5\r\na\r\n+b\r\n"))
    #expect(written([.bigNumber("1\r\n:2")], .resp3) == wire("$5\r\n1\r\n:2\r\n"))
    #expect(written([.error(RESPError(message: "a\nb"))], .resp3) == wire("!3\r\na\nb\r\n"))
  }

  @Test(arguments: seeds(50)) func `a command is an array of bulk strings`(seed: UInt64) {
    var dice = Dice(seed: seed)
    let arguments = (0..<dice.below(20)).map { _ in dice.bytes(upTo: 300) }
    var writer = RESPWriter()
    writer.command("MSET", arguments: arguments.count)
    for argument in arguments { writer.argument(argument) }
    #expect(writer.isComplete == true)
    let parsed = parse(writer.withUnsafeBytes { [UInt8]($0) })
    let expected = [.bulkString(wire("MSET"))] + arguments.map { RESPValue.bulkString($0) }
    #expect(parsed == Parsed(values: [.array(expected)]), "\(replay(seed, "RoundTripTests"))")
  }
}
