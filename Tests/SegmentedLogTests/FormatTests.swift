// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataTesting
import Testing

@testable import SegmentedLog

@Suite("Segment format")
struct FormatTests {
  @Test func `the checksum is CRC32C`() {
    let digits = Array("123456789".utf8)
    #expect(digits.withUnsafeBytes { CRC32C.checksum(of: $0) } == 0xE306_9283)
    #expect(
      [UInt8](repeating: 0, count: 32).withUnsafeBytes { CRC32C.checksum(of: $0) } == 0x8A91_36AA)
  }

  @Test func `instructions and tables agree at every length and alignment`() {
    let noise = filler(1, 9_000)
    noise.withUnsafeBytes { noise in
      for length in Array(0..<700) + [1_023, 1_024, 3_071, 3_072, 3_100, 8_000] {
        let part = UnsafeRawBufferPointer(rebasing: noise[length % 13..<length % 13 + length])
        #expect(CRC32C.checksum(of: part) == CRC32C.checksumByTable(of: part))
        let half = length / 2
        let first = CRC32C.checksum(of: UnsafeRawBufferPointer(rebasing: part[..<half]))
        let rest = UnsafeRawBufferPointer(rebasing: part[half...])
        #expect(CRC32C.checksum(of: rest, continuing: first) == CRC32C.checksum(of: part))
      }
    }
  }

  @Test func `a head is read back, at its own place only`() {
    let head = FrameHead(kind: 3, tag: 77, length: 1_000, checksum: 0xABCD_1234)
    withUnsafeTemporaryAllocation(byteCount: 16, alignment: 8) { bytes in
      guard let start = bytes.baseAddress else { return }
      let salt = FrameHead.salt(identity: 9, offset: 4_096)
      head.write(to: start, salt: salt)
      #expect(FrameHead(start, salt: salt) == head)
      #expect(FrameHead(start, salt: FrameHead.salt(identity: 9, offset: 4_104)) == nil)
      #expect(FrameHead(start, salt: FrameHead.salt(identity: 8, offset: 4_096)) == nil)
    }
  }

  @Test func `bytes of the first format are read as they were written`() throws {
    // Golden: must never change while version 1 is read.
    let header = SegmentHeader(
      kind: .journal, number: 7, identity: 0x0102_0304_0506_0708, created: 5, word: 9,
      marksSyncs: true)
    let golden: [UInt8] =
      Array("STRATLOG".utf8) + [1, 0, 2, 0, 7, 0, 0, 0, 8, 7, 6, 5, 4, 3, 2, 1]
      + [5, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1]
    #expect(header.bytes.starts(with: golden))
    #expect(header.bytes.count == 128)
    #expect(Array(header.bytes[0..<64]) == Array(header.bytes[64...]))
    #expect(try header.bytes.withUnsafeBytes { try SegmentHeader($0) } == header)
  }

  @Test func `either copy of a header will do`() throws {
    let header = SegmentHeader(
      kind: .store, number: 7, identity: 11, created: 5, word: 9, marksSyncs: false)
    for index in 0..<128 {
      var bytes = header.bytes
      bytes[index] ^= 0x10
      #expect(try bytes.withUnsafeBytes { try SegmentHeader($0) } == header)
    }
    #expect(throws: SegmentError.foreign) {
      try [UInt8](repeating: 0, count: 128).withUnsafeBytes { try SegmentHeader($0) }
    }
  }

  @Test func `names sort as numbers do`() {
    #expect(SegmentName.name(42) == "0000000042.segment")
    #expect(SegmentName.number(SegmentName.name(.max)) == .max)
    #expect(SegmentName.number("42.segment") == nil)
    #expect(SegmentName.number("00000000-2.segment") == nil)
  }

  @Test(arguments: 0..<200)
  func `a scanner finds the same records however the bytes are cut into windows`(seed: UInt64) {
    let random = SeededRandom(seed: seed)
    var file = SegmentHeader(
      kind: .store, number: 1, identity: seed, created: 0, word: 0, marksSyncs: false
    ).bytes
    var bodies: [[UInt8]] = []
    for _ in 0..<Int(random.below(12)) {
      let body = filler(random.next(), Int(random.below(200)))
      let chunk = LogChunk(capacity: 512)
      let salt = FrameHead.salt(identity: seed, offset: Int64(file.count))
      body.withUnsafeBytes { chunk.append(LogRecord(kind: 1, $0), salt: salt, mark: 1) }
      file += Array(chunk.bytes)
      bodies.append(body)
    }
    var scanner = FrameScanner(identity: seed, size: Int64(file.count))
    var found: [[UInt8]] = []
    var start = Int(scanner.offset)
    var window = 0
    scanning: while true {
      let bytes = Array(file[start..<min(file.count, start + window)])
      let step = bytes.withUnsafeBytes { bytes -> FrameScanner.Found in
        let step = scanner.next(in: bytes, from: Int64(start))
        if case .frame(_, _, let body) = step { found.append(Array(bytes[body])) }
        return step
      }
      switch step {
      case .needs(let count):
        start = Int(scanner.offset)
        window = count + Int(random.below(40))
      case .frame: break
      case .damaged, .gap: Issue.record("seed \(seed): nothing is damaged")
      case .end: break scanning
      }
    }
    #expect(found == bodies)
  }
}
