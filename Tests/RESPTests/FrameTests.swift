// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import RESP
import Testing

/// Frames are read in place; these tests read them in every way.
@Suite("Frames in place")
struct FrameTests {
  /// What `body` reads from the frame that `text` is.
  private func reading<R>(_ text: String, _ body: (borrowing RESPFrame) -> R) throws -> R {
    var parser = RESPParser()
    parser.receive(wire(text))
    try #require(try parser.next())
    return body(parser.frame)
  }

  @Test func `a frame reads the same as the value it becomes`() throws {
    for reply in everyReply {
      let bare = reply.value.bare
      #expect(try reading(reply.wire) { $0.kind } == bare.kind, "\(reply.wire)")
      #expect(try reading(reply.wire) { $0.isNull } == bare.isNull, "\(reply.wire)")
      #expect(try reading(reply.wire) { $0.integer } == bare.integer, "\(reply.wire)")
      #expect(try reading(reply.wire) { $0.double } == bare.double, "\(reply.wire)")
      #expect(try reading(reply.wire) { $0.boolean } == bare.boolean, "\(reply.wire)")
      #expect(try reading(reply.wire) { $0.error } == bare.error, "\(reply.wire)")
      #expect(try reading(reply.wire) { $0.value() } == reply.value.withoutAttributes)
    }
  }

  @Test func `strings of every kind give their bytes`() throws {
    #expect(try reading("$5\r\nhello\r\n") { $0.bytes } == wire("hello"))
    #expect(try reading("+OK\r\n") { $0.string } == "OK")
    #expect(try reading("=7\r\ntxt:abc\r\n") { $0.string } == "abc")
    #expect(try reading("=7\r\nmkd:abc\r\n") { $0.format } == "mkd")
    #expect(try reading("$?\r\n;2\r\nab\r\n;1\r\nc\r\n;0\r\n") { $0.bytes } == wire("abc"))
    #expect(try reading("$?\r\n;2\r\nab\r\n;1\r\nc\r\n;0\r\n") { $0.holds("abc") })
    #expect(try reading("$-1\r\n") { $0.bytes } == nil)
    #expect(try reading(":5\r\n") { $0.bytes } == nil)
    #expect(try reading("*1\r\n+a\r\n") { $0.string } == nil)
    #expect(try reading(":-5\r\n") { $0.withUnsafeBytes { $0.count } } == 0)
  }

  @Test func `counts are those of elements or bytes`() throws {
    let counts = [
      ("*2\r\n:1\r\n*0\r\n", 2), ("%1\r\n+a\r\n:1\r\n", 2), ("$3\r\nabc\r\n", 3), ("_\r\n", 0),
      ("*?\r\n:1\r\n*2\r\n:1\r\n:2\r\n.\r\n", 2), ("$?\r\n;2\r\nab\r\n;1\r\nc\r\n;0\r\n", 3),
      (":77\r\n", 0), ("#t\r\n", 0), ("*-1\r\n", 0),
    ]
    for (text, count) in counts {
      #expect(try reading(text) { $0.count } == count, "\(text)")
    }
  }

  @Test func `a cursor steps over whatever it does not look into`() throws {
    let text =
      "*6\r\n*2\r\n:1\r\n*?\r\n:2\r\n.\r\n$?\r\n;1\r\nx\r\n;0\r\n|1\r\n+a\r\n*1\r\n:0\r\n+b\r\n%?\r\n:1\r\n:2\r\n.\r\n_\r\n:9\r\n"
    let kinds = try reading(text) { frame in
      var kinds: [RESPKind] = []
      frame.forEach { kinds.append($0.kind) }
      return kinds
    }
    #expect(kinds == [.array, .bulkString, .simpleString, .map, .null, .integer])
    let last = try reading(text) { frame in
      frame.withElements { elements in
        for _ in 0..<5 { elements.skip() }
        let last = elements.next { $0.integer }
        return [last ?? nil, elements.next { $0.integer } ?? nil]
      }
    }
    #expect(last == [9, nil])
  }

  @Test(arguments: seeds(60)) func `read through cursors, a random frame is the value it becomes`(
    seed: UInt64
  ) throws {
    var forms = WireForms(seed: seed)
    var parser = RESPParser()
    for _ in 0..<30 {
      let value = forms.value(depth: 5)
      parser.receive(forms.bytes(of: value))
      try #require(try parser.next())
      let rebuilt = rebuilt(parser.frame)
      #expect(rebuilt == value.withoutAttributes, "\(replay(seed, "FrameTests"))")
    }
  }

  /// The value of `frame`, put together from its elements.
  private func rebuilt(_ frame: borrowing RESPFrame) -> RESPValue {
    var elements: [RESPValue] = []
    frame.forEach { elements.append(rebuilt($0)) }
    switch frame.kind {
    case .array: return .array(elements)
    case .set: return .set(elements)
    case .map:
      return .map(
        stride(from: 0, to: elements.count, by: 2).map { RESPPair(elements[$0], elements[$0 + 1]) })
    default: return frame.value()
    }
  }

  @Test func `nested values are read in place`() throws {
    let text = "*2\r\n$1\r\n7\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n"
    let (cursor, keys) = try reading(text) { reply in
      reply.withElements { elements in
        let cursor = elements.next { $0.integer } ?? nil
        var keys: [String] = []
        _ = elements.next { page in page.forEach { keys.append($0.string ?? "") } }
        return (cursor, keys)
      }
    }
    #expect(cursor == 7 && keys == ["a", "b"])
  }

  @Test func `attributes are beside the value, at the top and within`() throws {
    let text = "|1\r\n+ttl\r\n:9\r\n|1\r\n+hot\r\n#t\r\n*2\r\n:1\r\n|1\r\n+x\r\n:3\r\n:2\r\n"
    let outer = try reading(text) { frame in
      var attributes: [RESPValue] = []
      frame.forEachAttribute { attributes.append($0.value()) }
      return attributes
    }
    #expect(outer == [.simpleString("ttl"), .integer(9), .simpleString("hot"), .boolean(true)])
    let inner = try reading(text) { frame in
      var attributes: [[RESPValue]] = []
      frame.forEach { element in
        var found: [RESPValue] = []
        if element.hasAttributes { element.forEachAttribute { found.append($0.value()) } }
        attributes.append(found)
      }
      return attributes
    }
    #expect(inner == [[], [.simpleString("x"), .integer(3)]])
    #expect(try reading(":1\r\n") { $0.hasAttributes } == false)
  }

  @Test func `numbers that strings spell are numbers`() throws {
    #expect(try reading("$2\r\n42\r\n") { $0.integer } == 42)
    #expect(try reading("$3\r\n1.5\r\n") { $0.double } == 1.5)
    #expect(try reading("$2\r\n4x\r\n") { $0.integer } == nil)
    #expect(try reading("$0\r\n\r\n") { $0.integer } == nil)
    #expect(try reading("(42\r\n") { $0.integer } == 42)
    #expect(try reading(",nan\r\n") { $0.double }?.isNaN == true)
    #expect(try reading(",-nan\r\n") { $0.double }?.isNaN == true)
    #expect(try reading(",1e999\r\n") { $0.double } == .infinity)
    #expect(try reading(":2\r\n") { $0.boolean } == nil)
  }

  @Test func `an OK is an OK and nothing else is`() throws {
    #expect(try reading("+OK\r\n") { $0.isOK })
    #expect(try !reading("$2\r\nOK\r\n") { $0.isOK })
    #expect(try !reading("+OKAY\r\n") { $0.isOK })
  }

  @Test func `a reader that throws leaves the frame as it was`() throws {
    struct Stop: Error {}
    var parser = RESPParser()
    parser.receive(wire("*2\r\n:1\r\n:2\r\n+NEXT\r\n"))
    #expect(try parser.next())
    #expect(throws: Stop.self) {
      try parser.frame.forEach { (_: borrowing RESPFrame) throws(Stop) in throw Stop() }
    }
    #expect(try parser.next())
    let isNext = parser.frame.holds("NEXT")
    #expect(isNext)
  }
}
