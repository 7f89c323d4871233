// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Testing
import TraceFormat

@Suite("Traces as files")
struct TraceFormatTests {
  /// `a` and `b` in turn, seven lines, by the fixed code.
  static let fixed = bytes("1f8b08000000000002034be44ae24a8463000d0bd6c80e000000")
  /// Two lines, not compressed.
  static let stored = bytes("1f8b0800000000000403010400fbff610a620a972a571804000000")
  /// The squares of 0 to 299 modulo 97, one a line, by a code of their own.
  static let dynamic = bytes(
    "1f8b0800000000000203ed90db8dc5200c05ffa79ad80603fd37b60325ecf795229484f3fe080687687252cd38f4"
      + "6007450ec6622549059d1c11c5fa88641647b45c057c1fcc8f4d4f72b1377390c9564da94904bb69199b4a4224"
      + "a7d89375589ef59ef7e94faffa82844a9026399e90728a2aad81369a69b9afb9116e9078a1fa0634a6618d6cf0"
      + "7e25f2d6b194d5ea96b4aa85eb957782e316c1f7dbe4b7c9ff37f903740b1fd853030000")

  static func bytes(_ hex: String) -> [UInt8] {
    let digits = hex.utf8.map { $0 < 58 ? $0 - 48 : $0 - 87 }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  static func lines(_ text: String) -> TraceContents.Keys { .lines(Array(text.utf8)) }

  @Test func `plain text is a trace of its lines`() throws {
    let contents = try TraceContents(Array("a\nb\r\na\n".utf8))
    #expect(contents.keys == Self.lines("a\nb\r\na\n"))
    #expect(contents.share == 1 && contents.isWhole)
  }

  @Test func `gzip is unpacked, whichever way it was packed`() throws {
    let turns = String(repeating: "a\nb\n", count: 3) + "a\n"
    #expect(try TraceContents(Self.fixed).keys == Self.lines(turns))
    #expect(try TraceContents(Self.stored).keys == Self.lines("a\nb\n"))
    let squares = (0..<300).map { "\($0 * $0 % 97)\n" }.joined()
    #expect(try TraceContents(Self.dynamic).keys == Self.lines(squares))
    #expect(try TraceContents(Self.stored + Self.fixed).keys == Self.lines("a\nb\n" + turns))
  }

  @Test func `what unpacks to more than the limit is refused`() {
    #expect(throws: TraceError.tooLarge(100)) { try TraceContents(Self.dynamic, limit: 100) }
  }

  @Test func `a trace without a key is refused`() {
    for bytes in [[], Array("\n\r\n".utf8), TraceRecording.head(keysPerMillion: 10)] {
      #expect(throws: TraceError.empty) { try TraceContents(bytes) }
    }
  }

  @Test func `no truncation and no bit flip of a gzip file gives other lines`() throws {
    for whole in [Self.fixed, Self.stored, Self.dynamic] {
      let right = try TraceContents(whole)
      for length in 2..<whole.count {
        #expect(throws: TraceError.self, "\(length) bytes") {
          try TraceContents(Array(whole[..<length]))
        }
      }
      for bit in 16..<whole.count * 8 {
        var bytes = whole
        bytes[bit / 8] ^= 1 << (bit % 8)
        guard let found = try? TraceContents(bytes) else { continue }
        #expect(found == right, "bit \(bit)")
      }
    }
  }

  // MARK: Recordings

  static let recording =
    TraceRecording.head(keysPerMillion: 10_000) + TraceRecording.block([1, 2, 1, .max])
    + TraceRecording.block([7])

  @Test func `a recording comes back with its share`() throws {
    let contents = try TraceContents(Self.recording)
    #expect(contents.keys == .prints([1, 2, 1, .max, 7]))
    #expect(contents.share == 0.01 && contents.isWhole)
  }

  @Test func `a recording that was cut off is good up to its last whole block`() throws {
    for length in 72..<Self.recording.count {
      let contents = try TraceContents(Array(Self.recording[..<length]))
      #expect(contents.keys == .prints([1, 2, 1, .max]))
      #expect(contents.isWhole == (length == 72), "\(length) bytes")
    }
    for length in 8..<72 {
      #expect(throws: TraceError.self, "\(length) bytes") {
        try TraceContents(Array(Self.recording[..<length]))
      }
    }
  }

  @Test func `no bit flip of a recording gives reads that were not recorded`() {
    for bit in 64..<Self.recording.count * 8 {
      var bytes = Self.recording
      bytes[bit / 8] ^= 1 << (bit % 8)
      guard let found = try? TraceContents(bytes), case .prints(let prints) = found.keys else {
        continue
      }
      #expect([1, 2, 1, .max, 7].starts(with: prints) && !found.isWhole, "bit \(bit)")
    }
  }

  @Test func `a recording of another version is named as such`() {
    var bytes = Self.recording
    bytes[8] = 2
    bytes.replaceSubrange(28..<32, with: [0x59, 0xC4, 0xF6, 0xE4])  // CRC-32 of such a head
    #expect(throws: TraceError.unknownVersion(2)) { try TraceContents(bytes) }
  }
}
