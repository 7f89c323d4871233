// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// Compressed payloads: one byte for the algorithm, four for the original size (little-endian),
/// then what the algorithm made.
///
/// What comes back is from outside and may be made to harm. Nothing is allocated before the
/// declared size has passed the limit, and not a byte more than that is ever written.
struct CompressionTransform: PayloadTransform {
  let number: UInt8 = 1
  let algorithm: CompressionAlgorithm
  let level: Int?
  let threshold: Int
  let saving: Fraction
  let maxSize: Int
  let cache: CacheContext

  static let headSize = 5

  func seal(_ bytes: [UInt8], for identity: PayloadIdentity) throws -> [UInt8]? {
    guard bytes.count >= max(threshold, 32), bytes.count <= min(maxSize, Int(Int32.max) / 2) else {
      return nil
    }
    let room = bytes.count - Int(saving.of(Int64(bytes.count))) - Self.headSize
    guard room > 0, let packed = algorithm.compress(bytes, level: level, room: room) else {
      return nil
    }
    var sealed: [UInt8] = [algorithm.number]
    sealed.reserveCapacity(packed.count + Self.headSize)
    withUnsafeBytes(of: UInt32(bytes.count).littleEndian) { sealed.append(contentsOf: $0) }
    sealed.append(contentsOf: packed)
    return sealed
  }

  func open(_ bytes: [UInt8], for identity: PayloadIdentity) throws -> [UInt8] {
    do throws(CompressionError) {
      return try unfold(bytes)
    } catch {
      cache.report(
        .warning, "stored value not unfolded", source: Compression.id.name,
        details: [("key", "\(identity.key)"), ("reason", error.rawValue)])
      throw error
    }
  }

  private func unfold(_ bytes: [UInt8]) throws(CompressionError) -> [UInt8] {
    guard bytes.count > Self.headSize else { throw .malformed }
    guard let algorithm = CompressionAlgorithm(number: bytes[0]) else { throw .unknownAlgorithm }
    guard algorithm.missingTrait == nil else { throw .notBuiltIn }
    let size = (1...4).reduce(0) { $0 | Int(bytes[$1]) << (8 * ($1 - 1)) }
    guard size > 0, size <= maxSize else { throw .tooLarge }
    guard let plain = algorithm.unfold(bytes[Self.headSize...], to: size) else { throw .malformed }
    return plain
  }
}

/// Why compressed bytes were not unfolded.
enum CompressionError: String, Error {
  case malformed
  case unknownAlgorithm = "unknown-algorithm"
  case notBuiltIn = "algorithm-not-built-in"
  case tooLarge = "larger-than-max-size"
}
