// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The algorithms, by their words in YAML; what was not built in says which trait it needs.
enum CompressionAlgorithm: String, CaseIterable, Sendable {
  case zstd
  case lz4

  /// Its number on the wire: part of the stored format.
  var number: UInt8 {
    switch self {
    case .zstd: 1
    case .lz4: 2
    }
  }

  init?(number: UInt8) {
    guard let known = Self.allCases.first(where: { $0.number == number }) else { return nil }
    self = known
  }

  /// The package trait without which this build was made; `nil` where the algorithm is there.
  var missingTrait: String? {
    switch self {
    case .zstd:
      #if Zstd
        nil
      #else
        "Zstd"
      #endif
    case .lz4:
      #if LZ4
        nil
      #else
        "LZ4"
      #endif
    }
  }

  /// The bytes compressed, if they fit into `room`.
  func compress(_ bytes: [UInt8], level: Int?, room: Int) -> [UInt8]? {
    switch self {
    case .zstd:
      #if Zstd
        return ZstdFrames.compress(bytes, level: level ?? 3, room: room)
      #else
        return nil
      #endif
    case .lz4:
      #if LZ4
        return LZ4Blocks.compress(bytes, level: level, room: room)
      #else
        return nil
      #endif
    }
  }

  /// Exactly `size` bytes, or nothing.
  func unfold(_ bytes: ArraySlice<UInt8>, to size: Int) -> [UInt8]? {
    switch self {
    case .zstd:
      #if Zstd
        return ZstdFrames.unfold(bytes, to: size)
      #else
        return nil
      #endif
    case .lz4:
      #if LZ4
        return LZ4Blocks.unfold(bytes, to: size)
      #else
        return nil
      #endif
    }
  }
}
