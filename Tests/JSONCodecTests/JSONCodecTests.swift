// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Foundation
import JSONCodec
import StrataCore
import Testing

@Suite("JSON codec")
struct JSONCodecTests {
  struct Reading: Codable, Equatable, Sendable {
    var at: Date
    var value: Double
    var unit: String?
    var path: String
    var raw: Data
  }

  private let codec = JSONCodec()

  private func back<Value: Codable & Sendable>(_ value: Value) throws -> Value {
    try codec.decode(Value.self, from: codec.encode(value))
  }

  @Test func `a value comes back as it was`() throws {
    let reading = Reading(
      at: Date(timeIntervalSinceReferenceDate: 0.123_456_789), value: -.infinity, unit: nil,
      path: "/a/b", raw: Data([0, 255]))
    #expect(try back(reading) == reading)
    #expect(try back([Double.nan])[0].isNaN)
    #expect(try back(42) == 42)
    #expect(try back(Int?.none) == nil)
  }

  @Test func `equal values give equal bytes that anybody can read`() throws {
    let words = Dictionary(uniqueKeysWithValues: (0..<50).map { ("\($0)", $0) })
    var others = Dictionary<String, Int>(minimumCapacity: 1000)
    for (key, value) in words { others[key] = value }
    #expect(try codec.encode(words) == codec.encode(others))
    #expect(try codec.encode(["b": "/", "a": ""]) == Array(#"{"a":"","b":"/"}"#.utf8))
  }

  @Test(arguments: [
    "", "{", "[1", "nul", "{\"at\":}", "\u{FF}", String(repeating: "[", count: 100_000),
  ])
  func `damaged bytes throw`(text: String) {
    #expect(throws: DecodingError.self) {
      try codec.decode(Reading.self, from: Array(text.utf8))
    }
  }

  @Test func `one codec serves many tasks`() async throws {
    let codec = codec
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<50 {
        group.addTask {
          let value = ["n": number]
          let back = try codec.decode([String: Int].self, from: codec.encode(value))
          #expect(back == value)
        }
      }
      try await group.waitForAll()
    }
  }
}
