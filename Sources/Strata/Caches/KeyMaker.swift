// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Makes the keys of one cache from arguments, on the stack.
@usableFromInline struct KeyMaker: Sendable {
  /// `namespace:` and, where there is one, the key version.
  @usableFromInline let prefix: [UInt8]
  /// The plan's template; without one a key is made of all arguments in order.
  @usableFromInline let template: KeyTemplate?
  @usableFromInline let seed: UInt64
  @usableFromInline let generation: KeyGeneration
  /// The template in its simplest form: the prefix and its first fixed text, one argument, an end.
  @usableFromInline let opening: [UInt8]
  @usableFromInline let ending: [UInt8]
  @usableFromInline let isSimple: Bool

  /// The maker for a cache. A template that does not parse was refused when the plan was checked.
  init(policy: CachePolicy, seed: UInt64, generation: KeyGeneration) {
    template = policy.keyTemplate.flatMap {
      try? KeyTemplate.parse($0, arguments: policy.keyArguments).get()
    }
    self.seed = seed
    self.generation = generation
    prefix = KeyScheme(policy).prefix
    var opening = prefix
    var ending: [UInt8] = []
    var isSimple = template.map { $0.argumentCount == 1 } ?? true
    for (position, piece) in (template?.pieces ?? []).enumerated() {
      switch piece {
      case .fixed(let bytes): if position == 0 { opening += bytes } else { ending += bytes }
      case .argument(_, let normalization): if normalization != .none { isSimple = false }
      }
    }
    (self.opening, self.ending, self.isSimple) = (opening, ending, isSimple)
  }

  /// Runs `body` with the key of one argument. No allocation while the key is shorter than 256
  /// bytes.
  @inlinable @inline(__always)
  func withKey<Part: KeyPart, Result>(
    _ part: Part, _ body: (KeyView) throws -> Result
  ) rethrows -> Result {
    try withUnsafeTemporaryAllocation(byteCount: 256, alignment: 16) { scratch in
      var key = KeyBuilder(scratch: scratch)
      if isSimple {
        opening.withUnsafeBytes { key.append(encoded: $0) }
        part.append(to: &key)
        if !ending.isEmpty { ending.withUnsafeBytes { key.append(encoded: $0) } }
      } else {
        appendPieces(of: part, to: &key)
      }
      return try finish(&key, body)
    }
  }

  /// Runs `body` with the key of several arguments.
  @inlinable @inline(__always)
  func withKey<each Part: KeyPart, Result>(
    parts: repeat each Part, body: (KeyView) throws -> Result
  ) rethrows -> Result {
    try withUnsafeTemporaryAllocation(byteCount: 256, alignment: 16) { scratch in
      var key = KeyBuilder(scratch: scratch)
      prefix.withUnsafeBytes { key.append(encoded: $0) }
      if template == nil { appendAll(repeat each parts, to: &key) }
      for piece in template?.pieces ?? [] {
        switch piece {
        case .fixed(let bytes): bytes.withUnsafeBytes { key.append(encoded: $0) }
        case .argument(let wanted, let normalization):
          if normalization != .none { key.normalization = normalization }
          var index = 0
          for part in repeat each parts {
            if index == wanted { part.append(to: &key) }
            index += 1
          }
          key.normalization = nil
        }
      }
      return try finish(&key, body)
    }
  }

  /// All parts in order, joined by colons.
  @inlinable func appendAll<each Part: KeyPart>(
    _ parts: repeat each Part, to key: inout KeyBuilder
  ) {
    var isFirst = true
    for part in repeat each parts {
      if !isFirst { key.append(byte: UInt8(ascii: ":")) }
      part.append(to: &key)
      isFirst = false
    }
  }

  @usableFromInline func appendPieces<Part: KeyPart>(of part: Part, to key: inout KeyBuilder) {
    prefix.withUnsafeBytes { key.append(encoded: $0) }
    for piece in template?.pieces ?? [] {
      switch piece {
      case .fixed(let bytes): bytes.withUnsafeBytes { key.append(encoded: $0) }
      case .argument(_, let normalization):
        key.normalization = normalization
        part.append(to: &key)
        key.normalization = nil
      }
    }
  }

  @inlinable @inline(__always)
  func finish<Result>(
    _ key: inout KeyBuilder, _ body: (KeyView) throws -> Result
  ) rethrows -> Result {
    KeyScheme.finish(&key, generation: generation.number)
    let bytes = key.bytes
    return try body(KeyView(hash: KeyHash.hash(bytes, seed: seed), bytes: bytes))
  }
}
