// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import RESP
import Testing

/// A peer may claim anything. Only what it really sends may cost memory, and only up to the limits.
@Suite("Limits")
struct LimitTests {
  @Test(arguments: ["$2147483647\r\n", "$536870912\r\nabc", "*16777216\r\n", "%8388607\r\n"])
  func `a claimed size reserves nothing`(claim: String) throws {
    var parser = RESPParser()
    parser.receive(wire(claim))
    _ = try? parser.next()
    #expect(parser.capacity <= 1024)
  }

  @Test func `what arrives of a large payload is held in at most twice its size`() throws {
    var parser = RESPParser()
    parser.receive(wire("$100000000\r\n"))
    let piece = [UInt8](repeating: 7, count: 65_536)
    for count in 1...100 {
      parser.receive(piece)
      #expect(try !parser.next())
      #expect(parser.capacity <= 2 * (count * piece.count + 64))
    }
  }

  @Test func `memory taken for a large frame is given back after it`() throws {
    var parser = RESPParser()
    parser.receive(wire("$3000000\r\n") + [UInt8](repeating: 7, count: 3_000_000) + wire("\r\n"))
    #expect(try parser.next())
    let count = parser.frame.count
    #expect(count == 3_000_000 && parser.capacity >= 3_000_000)
    #expect(try !parser.next())
    #expect(parser.capacity == 0)
  }

  @Test func `a payload above the limit is refused at its header`() {
    let limits = RESPLimits(payload: 10)
    #expect(parse("$10\r\n0123456789\r\n", limits: limits).values.count == 1)
    for header in ["$11\r\n", "=11\r\n", "!11\r\n", "$?\r\n;11\r\n", "*1\r\n$11\r\n"] {
      #expect(parse(header, limits: limits).error == .payloadTooLong, "\(header)")
    }
    let chunks = "$?\r\n;6\r\n012345\r\n;5\r\n01234\r\n"
    #expect(parse(chunks, limits: limits).error == .payloadTooLong)
  }

  @Test func `a count above the limit is refused at its header`() {
    let limits = RESPLimits(elements: 10)
    for header in [
      "*11\r\n", "~11\r\n", ">11\r\n", "%6\r\n", "|6\r\n", "*1\r\n*9\r\n",
    ] {
      #expect(parse(header, limits: limits).error == .tooManyElements, "\(header)")
    }
    #expect(
      parse("*9\r\n" + String(repeating: ":1\r\n", count: 9), limits: limits).values.count == 1)
  }

  @Test func `elements that nobody announced are counted too`() {
    let limits = RESPLimits(elements: 10)
    let endless = "*?\r\n" + String(repeating: ":1\r\n", count: 20)
    #expect(parse(endless, limits: limits).error == .tooManyElements)
    let attributes = String(repeating: "|0\r\n", count: 20)
    #expect(parse(attributes, limits: limits).error == .tooManyElements)
    let chunks = "$?\r\n" + String(repeating: ";1\r\nx\r\n", count: 20)
    #expect(parse(chunks, limits: limits).error == .tooManyElements)
  }

  @Test func `the count begins anew with each frame`() {
    let frames = String(repeating: "*2\r\n:1\r\n:2\r\n", count: 50)
    #expect(parse(frames, limits: RESPLimits(elements: 3)).values.count == 50)
  }

  @Test func `a line that never ends is refused at the limit, in one piece or byte by byte`() {
    let limits = RESPLimits(line: 100)
    for type in ["+", "-", "(", ","] {
      let fits = type + String(repeating: "1", count: 100) + "\r\n"
      let tooLong = type + String(repeating: "1", count: 101)
      #expect(parse(fits, limits: limits).values.count == 1, "\(type)")
      #expect(parse(tooLong, limits: limits).error == .lineTooLong, "\(type)")
      #expect(parse(single(wire(tooLong)), limits: limits).error == .lineTooLong, "\(type)")
    }
  }

  @Test func `a number that never ends is refused after a few digits`() {
    let zeros = String(repeating: "0", count: 40)
    for type in ["$", "*", "%", "=", "!", "~", ">", "|"] {
      #expect(parse(type + zeros).error == .malformedLength, "\(type)")
    }
    #expect(parse(":" + zeros).error == .malformedNumber)
    #expect(parse(":-" + zeros).error == .malformedNumber)
  }

  @Test func `lengths at the edge of integers are refused`() {
    for number in ["9223372036854775807", "9223372036854775808", "18446744073709551616"] {
      for type in ["$", "*", "%", "=", "!", "~", ">", "|"] {
        #expect(parse("\(type)\(number)\r\n").error == .malformedLength, "\(type)\(number)")
      }
    }
    for type in ["$", "=", "!"] {
      #expect(parse("\(type)999999999999999999\r\n").error == .payloadTooLong, "\(type)")
    }
    for type in ["*", "%", "~", ">", "|"] {
      #expect(parse("\(type)999999999999999999\r\n").error == .tooManyElements, "\(type)")
    }
  }

  @Test(arguments: ["*1\r\n", "*?\r\n", "%1\r\n:1\r\n", "~1\r\n", "|1\r\n:1\r\n", "%?\r\n:1\r\n"])
  func `nesting of ten thousand levels is refused at the limit`(level: String) {
    let deep = wire(String(repeating: level, count: 10_000))
    #expect(parse(deep).error == .tooDeep)
    #expect(parse(deep, limits: RESPLimits(depth: 1_000_000)).error == .tooDeep)
  }

  @Test func `nesting as deep as the limits allow is read whole`() {
    let limits = RESPLimits(depth: 1_000_000)
    let deep = String(repeating: "*1\r\n", count: limits.depth) + ":1\r\n"
    #expect(limits.depth == 128)
    var value = parse(deep, limits: limits).values.first
    for _ in 0..<limits.depth { value = value?[0] }
    #expect(value == .integer(1))
    #expect(parse("*1\r\n" + deep, limits: limits).error == .tooDeep)
  }

  @Test func `a frame above the limit is refused however it is made up`() {
    let limits = RESPLimits(frame: 100)
    let fits = "*10\r\n" + String(repeating: "$3\r\nabc\r\n", count: 10)
    #expect(fits.utf8.count == 95 && parse(fits, limits: limits).values.count == 1)
    #expect(parse(fits + fits + fits, limits: limits).values.count == 3)
    let tooLong = "*20\r\n" + String(repeating: "$3\r\nabc\r\n", count: 20)
    #expect(parse(tooLong, limits: limits).error == .frameTooLong)
    #expect(parse(single(wire(tooLong)), limits: limits).error == .frameTooLong)
    #expect(parse("$95\r\n", limits: limits).error == .frameTooLong)
    #expect(parse("*2\r\n:1\r\n$90\r\n", limits: limits).error == .frameTooLong)
  }

  @Test func `limits outside their range are held to it`() {
    let least = RESPLimits(line: 0, payload: -1, frame: .min, elements: 0, depth: 0)
    #expect(least.line == 64 && least.payload == 1 && least.frame == 64)
    #expect(least.elements == 1 && least.depth == 1)
    var limits = RESPLimits(
      line: .max, payload: .max, frame: .max, elements: .max, depth: .max)
    #expect(limits.line == 1 << 20 && limits.payload == 1 << 40 && limits.frame == 1 << 40)
    limits.depth = .max
    #expect(limits.depth == 128 && limits.elements == 1 << 32)
    #expect(parse("$999999999999\r\n", limits: limits).error == nil)
  }
}
