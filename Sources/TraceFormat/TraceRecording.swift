// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The format in which a running service writes down which keys it is asked for.
///
/// All numbers little-endian. Version 1 begins with 32 bytes:
///
/// | bytes | what |
/// |---|---|
/// | 8 | magic `STRATREC` |
/// | 4 | version, 1 |
/// | 4 | how many keys of a million are recorded |
/// | 12 | zero |
/// | 4 | CRC-32 of all before |
///
/// Then blocks follow, each with the number of accesses (4 bytes), the CRC-32 of that number and of
/// the accesses (4 bytes), and the accesses: 8 bytes each, a hash of the key under a seed that is
/// not written down. Whoever reads a recording learns how often some key was asked for, not which.
///
/// Sampled are keys, not accesses: of a recorded key every access is there. A cache of `n` entries
/// on the whole traffic then behaves as one of `n × share` on the recording.
///
/// A block that is cut off or damaged ends the recording: what stands before is good.
public enum TraceRecording {
  private static let magic: [UInt8] = Array("STRATREC".utf8)
  private static let version: UInt32 = 1
  private static let headSize = 32
  private static let blockHead = 8
  /// What ``head(keysPerMillion:)`` takes for "all keys".
  public static let allKeys: UInt32 = 1_000_000
  /// The most accesses of one block.
  public static let longestBlock = 1 << 20

  // MARK: Writing

  /// The bytes with which a recording of so many keys of a million begins.
  public static func head(keysPerMillion: UInt32) -> [UInt8] {
    var bytes = magic
    append(version, to: &bytes)
    append(min(max(1, keysPerMillion), allKeys), to: &bytes)
    bytes += [UInt8](repeating: 0, count: 12)
    append(CRC32.checksum(of: bytes[...]), to: &bytes)
    return bytes
  }

  /// The bytes of one block; what is beyond ``longestBlock`` is left out.
  public static func block(_ prints: some Collection<UInt64>) -> [UInt8] {
    let kept = prints.prefix(longestBlock)
    var body: [UInt8] = []
    body.reserveCapacity(4 + kept.count * 8)
    append(UInt32(kept.count), to: &body)
    for print in kept { append(print, to: &body) }
    var bytes = Array(body[..<4])
    append(CRC32.checksum(of: body[...]), to: &bytes)
    return bytes + body[4...]
  }

  private static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  // MARK: Reading

  static func isRecording(_ bytes: [UInt8]) -> Bool { bytes.starts(with: magic) }

  static func contents(of bytes: [UInt8]) throws(TraceError) -> TraceContents {
    guard bytes.count >= headSize else { throw .truncated }
    let found = integer(UInt32.self, bytes, at: 8)
    let perMillion = integer(UInt32.self, bytes, at: 12)
    guard CRC32.checksum(of: bytes[..<28]) == integer(UInt32.self, bytes, at: 28) else {
      throw .damaged("the checksum of its head does not fit")
    }
    guard found == version else { throw .unknownVersion(found) }
    guard (1...allKeys).contains(perMillion) else {
      throw .damaged("\(perMillion) keys of a million are recorded")
    }
    var prints: [UInt64] = []
    let end = readBlocks(bytes, into: &prints)
    let share = Double(perMillion) / Double(allKeys)
    return TraceContents(keys: .prints(prints), share: share, isWhole: end == bytes.count)
  }

  /// Reads whole blocks; returns where they end.
  private static func readBlocks(_ bytes: [UInt8], into prints: inout [UInt64]) -> Int {
    var position = headSize
    while bytes.count - position >= blockHead {
      let count = Int(integer(UInt32.self, bytes, at: position))
      let start = position + blockHead
      guard count <= longestBlock, bytes.count - start >= count * 8 else { break }
      let body = bytes[position..<position + 4] + bytes[start..<start + count * 8]
      guard CRC32.checksum(of: body) == integer(UInt32.self, bytes, at: position + 4) else { break }
      for index in 0..<count { prints.append(integer(UInt64.self, bytes, at: start + index * 8)) }
      position = start + count * 8
    }
    return position
  }

  private static func integer<Value: FixedWidthInteger & BitwiseCopyable>(
    _ type: Value.Type, _ bytes: [UInt8], at offset: Int
  ) -> Value {
    bytes.withUnsafeBytes { raw in
      Value(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: Value.self))
    }
  }
}
