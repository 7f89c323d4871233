// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataTesting
import Testing

@Suite("Keys")
struct KeyTests {
  /// Parts that look alike, and those that end where others begin.
  private static let words = [
    "", "a", "a:b", "a%3Ab", ":", "::", "'", "''", "%", "~", "~n", "~t", "0", "1", "-1", "1:2",
    "a,b",
    "A", "é", "e\u{301}", "\0", " ", "\u{FFFD}", "null", "true",
  ]

  private func key(_ parts: [any KeyPart]) -> [UInt8] {
    withUnsafeTemporaryAllocation(byteCount: 64, alignment: 16) { scratch in
      var key = KeyBuilder(scratch: scratch)
      for (index, part) in parts.enumerated() {
        if index > 0 { key.append(byte: UInt8(ascii: ":")) }
        part.append(to: &key)
      }
      return Array(key.bytes)
    }
  }

  @Test func `two lists of parts never share a key`() {
    let numbers: [any KeyPart] = [0, 1, -1, 12, Int.min, UInt64.max]
    let others: [any KeyPart] = [
      true, false, Int?.none, Int?.some(1), String?.some("~n"), [1, 2], [Int](), ["1", "2"],
      [[1], [2]],
      ["a,b"], ["a", "b"], 0.5, 1.0, Double.nan, ["a": 1], ["a": "1"], [String: Int](),
    ]
    let parts = Self.words.map { $0 as any KeyPart } + numbers + others
    var seen: [[UInt8]: String] = [:]
    let lists = parts.map { [$0] } + parts.flatMap { first in parts.map { [first, $0] } }
    for list in lists {
      let bytes = key(list)
      let other = seen.updateValue("\(list)", forKey: bytes)
      #expect(
        other == nil, "\(list) and \(other ?? "") give \(String(decoding: bytes, as: UTF8.self))")
    }
  }

  @Test func `random texts of separators never share a key`() {
    let random = SeededRandom(seed: 20)
    let alphabet = Array(":%~',-0a \0".unicodeScalars)
    var seen: [[UInt8]: [String]] = [:]
    for _ in 0..<20_000 {
      let list = (0...random.below(2)).map { _ in
        var text = ""
        for _ in 0..<random.below(5) {
          text.unicodeScalars.append(alphabet[Int(random.below(UInt64(alphabet.count)))])
        }
        return text
      }
      let bytes = key(list)
      if let other = seen[bytes] { #expect(other == list, "seed 20") }
      seen[bytes] = list
    }
  }

  @Test func `a key is printable and keeps ordinary text readable`() {
    #expect(String(decoding: key(["user", 42, "ada"]), as: UTF8.self) == "user:42:ada")
    for word in Self.words { #expect(key([word]).allSatisfy { $0 > 32 && $0 != 127 }) }
  }
}
