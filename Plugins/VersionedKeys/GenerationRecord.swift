// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// The generation of a cache as a store keeps it, beside the entries and out of reach of a clear.
struct GenerationRecord: Sendable {
  private static let format = "strata-generation-1"
  let store: any CacheStore
  let context: CacheContext

  private var key: CacheKey {
    let name = context.policy.namespace
    return CacheKey(bytes: Array("~generations:\(name)".utf8), seed: context.runtime.hashSeed)
  }

  private static func text(of state: GenerationState) -> String {
    "\(format) \(state.current) \(state.highest) \(state.moves)"
  }

  /// What was kept; `nil` for nothing, and for what is no record of this form.
  private static func state(in text: String) -> GenerationState? {
    let words = text.split(separator: " ")
    guard words.count == 4, words[0] == format, let current = Int(words[1]),
      let highest = Int(words[2]), let moves = Int(words[3]), current >= 0, highest >= current,
      highest < 1 << 40, moves >= 0, moves < 1 << 40
    else { return nil }
    return GenerationState(current: current, highest: highest, moves: moves)
  }

  func read() async throws -> GenerationState? {
    let (store, key) = (store, key)
    let reads = try await context.runtime.run("read generation", until: deadline) {
      try await store.get(.one(key))
    }
    switch reads.first?.content {
    case .sealed(let bytes): return Self.state(in: String(decoding: bytes, as: UTF8.self))
    case .entry(let entry): return entry.payload?.live(as: String.self).flatMap(Self.state)
    case nil: return nil
    }
  }

  func write(_ state: GenerationState) async throws {
    let text = Self.text(of: state)
    let capabilities = type(of: store).capabilities
    let version = context.ledger.version(at: context.ledger.tick())
    let entry = Entry(
      payload: LivePayload(text), createdAt: context.runtime.now, freshUntil: .distantFuture,
      usableUntil: .distantFuture, version: version)
    let write = StoreWrite(
      key: key,
      content: capabilities.contains(.objects) ? .entry(entry) : .sealed(Array(text.utf8)),
      expiresAt: .distantFuture, version: capabilities.contains(.versions) ? nil : version,
      lease: nil)
    let store = store
    let written = try await context.runtime.run("write generation", until: deadline) {
      try await store.set(.one(write))
    }
    if case .refused(let reason)? = written.first {
      throw CacheError(
        .storeFailed, "The store refused the generation: \(reason.rawValue).",
        stage: VersionedKeys.id)
    }
  }

  private var deadline: Timestamp { context.runtime.now + .seconds(2) }
}
