// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A sequence of accesses in a file: which keys were asked for, in which order.
public struct TraceContents: Sendable, Equatable {
  /// How the file names keys.
  public enum Keys: Sendable, Equatable {
    /// Text, one key per line.
    case lines([UInt8])
    /// Hashes of the keys.
    case prints([UInt64])
  }

  /// The accesses.
  public var keys: Keys
  /// The part of all keys whose accesses are here: 1, or less in a sampled recording.
  public var share: Double
  /// Whether the file has all that was written; a recording whose end is missing or damaged is
  /// good up to there.
  public var isWhole: Bool

  /// Reads a trace: plain text, a recording (see ``TraceRecording``), or either of them packed by
  /// gzip. It may hold `limit` bytes unpacked.
  public init(_ bytes: [UInt8], limit: Int = 1 << 31) throws(TraceError) {
    let plain = Gzip.isGzip(bytes) ? try Gzip.decompressed(bytes, limit: limit) : bytes
    if TraceRecording.isRecording(plain) {
      self = try TraceRecording.contents(of: plain)
    } else {
      self.init(keys: .lines(plain), share: 1, isWhole: true)
    }
    if isEmpty { throw .empty }
  }

  init(keys: Keys, share: Double, isWhole: Bool) {
    self.keys = keys
    self.share = share
    self.isWhole = isWhole
  }

  private var isEmpty: Bool {
    switch keys {
    case .lines(let bytes): bytes.allSatisfy { $0 == 0x0A || $0 == 0x0D }
    case .prints(let prints): prints.isEmpty
    }
  }
}
