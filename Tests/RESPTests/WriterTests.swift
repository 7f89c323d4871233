// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import RESP
import Testing

@Suite("Commands as bytes")
struct WriterTests {
  private func written(_ body: (inout RESPWriter) -> Void) -> String {
    var writer = RESPWriter()
    body(&writer)
    return writer.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
  }

  @Test func `a command of mixed arguments is written whole`() {
    let bytes = written { $0.command("SET", "naïve", wire("v"), "PX", 60_000, -1.5) }
    let expected =
      "*6\r\n$3\r\nSET\r\n$6\r\nnaïve\r\n$1\r\nv\r\n$2\r\nPX\r\n$5\r\n60000\r\n$4\r\n-1.5\r\n"
    #expect(bytes == expected)
  }

  @Test func `a command without arguments is written whole`() {
    #expect(written { $0.command("PING") } == "*1\r\n$4\r\nPING\r\n")
    #expect(
      written { $0.command(named: "my.command", arguments: 0) } == "*1\r\n$10\r\nmy.command\r\n")
  }

  @Test(
    arguments: [
      0, 9, 10, 99, 100, 999, 1000, 12_345, -1, -9, -10, 4_294_967_296, .max, .min,
      999_999_999_999_999_999, 1_000_000_000_000_000_000, .max - 1, .min + 1,
    ] as [Int64])
  func `integers are written in decimal`(number: Int64) {
    let text = String(number)
    #expect(
      written { $0.command("X", number) } == "*2\r\n$1\r\nX\r\n$\(text.utf8.count)\r\n\(text)\r\n")
  }

  @Test func `integers around every power of ten are written in decimal`() {
    var power: Int64 = 1
    for _ in 0..<18 {
      power *= 10
      for number in [power - 1, power, power + 1, -power, 1 - power] {
        let text = String(number)
        let expected = "*2\r\n$1\r\nX\r\n$\(text.utf8.count)\r\n\(text)\r\n"
        #expect(written { $0.command("X", number) } == expected)
      }
    }
  }

  @Test func `every way to pass bytes writes the same`() {
    let expected = "*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n"
    #expect(written { $0.command("GET", "key") } == expected)
    #expect(written { $0.command("GET", wire("key")) } == expected)
    #expect(written { $0.command("GET", "key" as StaticString) } == expected)
    #expect(
      written { writer in
        writer.command("GET", arguments: 1)
        wire("key").withUnsafeBytes { writer.argument($0) }
      } == expected)
    #expect(
      written { writer in
        let key = wire("key")
        writer.command("GET", arguments: 1)
        writer.argument(key.span.bytes)
      } == expected)
  }

  @Test func `text that is not stored as UTF-8 in one piece is written right`() {
    let long = String(repeating: "é", count: 500)
    let part = long.dropFirst(1)
    #expect(written { $0.command("ECHO", String(part)) }.contains("$998\r\n"))
    #expect(written { $0.command("ECHO", "") } == "*2\r\n$4\r\nECHO\r\n$0\r\n\r\n")
  }

  @Test func `too few or too many arguments are told`() {
    var writer = RESPWriter()
    writer.command("GET", arguments: 1)
    #expect(writer.isComplete == false)
    writer.argument("key")
    #expect(writer.isComplete == true)
    writer.argument("another")
    #expect(writer.isComplete == false)
  }

  @Test func `a command within another is told`() {
    var writer = RESPWriter()
    writer.command("MGET", arguments: 2)
    writer.command("GET", "key")
    #expect(writer.isComplete == false)
  }

  @Test func `a negative count is told`() {
    var writer = RESPWriter()
    writer.command("MGET", arguments: -1)
    #expect(writer.isComplete == false)
  }
}
