// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import RESP
import Testing

/// Bytes come in whatever pieces the network makes; what they mean must not depend on it.
@Suite("Replies in pieces")
struct SplitTests {
  private let next = "+NEXT\r\n"

  @Test func `every reply split anywhere is the same reply and leaves the next one aligned`() {
    for reply in everyReply {
      let bytes = wire(reply.wire + next)
      let expected = Parsed(values: [reply.value, .simpleString("NEXT")])
      for cut in 0...bytes.count {
        #expect(parse([bytes[..<cut], bytes[cut...]]) == expected, "\(reply.wire) cut at \(cut)")
      }
    }
  }

  @Test func `every reply split twice anywhere is the same reply`() {
    for reply in everyReply where reply.wire.utf8.count <= 40 {
      let bytes = wire(reply.wire + next)
      let expected = Parsed(values: [reply.value, .simpleString("NEXT")])
      for first in 0...bytes.count {
        for second in first...bytes.count {
          let pieces = [bytes[..<first], bytes[first..<second], bytes[second...]]
          #expect(parse(pieces) == expected, "\(reply.wire) cut at \(first) and \(second)")
        }
      }
    }
  }

  @Test func `byte by byte every reply comes out with its last byte and not before`() throws {
    for reply in everyReply {
      let bytes = wire(reply.wire)
      var parser = RESPParser()
      for offset in bytes.indices {
        parser.receive([bytes[offset]])
        let isWhole = try parser.next()
        #expect(isWhole == (offset == bytes.count - 1), "\(reply.wire) at \(offset)")
      }
      let value = parser.frame.value(keepingAttributes: true)
      #expect(value == reply.value)
    }
  }

  @Test func `every mistake is found, is the same however it is split, and hides what follows`() {
    for mistake in everyMistake {
      let bytes = wire(mistake.wire + next)
      #expect(parse(bytes).error == mistake.error, "\(mistake.wire)")
      #expect(
        parse(wire(mistake.wire)).error == mistake.error, "\(mistake.wire) with nothing after")
      for cut in 0...bytes.count {
        let parsed = parse([bytes[..<cut], bytes[cut...]])
        #expect(parsed.error == mistake.error && parsed.values.isEmpty, "\(mistake.wire) at \(cut)")
      }
      #expect(parse(single(bytes)).error == mistake.error, "\(mistake.wire) byte by byte")
    }
  }

  @Test func `after an error the parser repeats it and reads nothing more`() throws {
    var parser = RESPParser()
    parser.receive(wire("+OK\r\n?"))
    #expect(try parser.next())
    #expect(throws: RESPProtocolError.unknownType) { try parser.next() }
    parser.receive(wire("+OK\r\n"))
    #expect(throws: RESPProtocolError.unknownType) { try parser.next() }
    let isNull = parser.frame.isNull
    #expect(isNull)
  }

  @Test(arguments: seeds(60)) func `random replies in random pieces come out as they are`(
    seed: UInt64
  ) {
    var forms = WireForms(seed: seed)
    let values = (0..<20).map { _ in forms.value() }
    let bytes = values.flatMap { forms.bytes(of: $0) }
    var pieces: [ArraySlice<UInt8>] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      pieces.append(rest.prefix(1 + forms.dice.below(forms.dice.oneIn(3) ? 2000 : 20)))
      rest = rest.dropFirst(pieces.last?.count ?? 0)
    }
    #expect(parse(pieces) == Parsed(values: values), "\(replay(seed, "SplitTests"))")
  }

  @Test(arguments: seeds(40)) func `random damage gives the same frames and error in any pieces`(
    seed: UInt64
  ) {
    var forms = WireForms(seed: seed)
    for _ in 0..<50 {
      var bytes = (0..<4).flatMap { _ in forms.bytes(of: forms.value(depth: 2)) }
      for _ in 0...forms.dice.below(3) {
        bytes[forms.dice.below(bytes.count)] = forms.dice.pick(wire("*$:%|~>;.?\r\n019-+x"))
      }
      let cut = forms.dice.below(bytes.count)
      let whole = parse(bytes)
      #expect(parse([bytes[..<cut], bytes[cut...]]) == whole, "\(replay(seed, "SplitTests"))")
      if bytes.count < 500 {
        #expect(parse(single(bytes)) == whole, "\(replay(seed, "SplitTests"))")
      }
    }
  }
}
