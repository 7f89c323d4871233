// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import StrataCore

/// Spreads the reads of hot keys over copies, which are keys of their own further in.
///
/// Copy 0 is the key itself; the others end in `:~c1` and so on, which no part gives. Reads choose
/// by chance. Changes reach all copies, in an order that lets no old one live on: a write first
/// changes the key, then removes the other copies, whose loads under way it revokes by that.
struct CopySpread: Sendable {
  let copies: Int
  let context: CacheContext

  func copy(_ number: Int, of key: CacheKey) -> CacheKey {
    if number == 0 { return key }
    return CacheKey(
      bytes: key.bytes + Array(":~c\(number)".utf8), seed: context.runtime.hashSeed)
  }

  // MARK: Reads

  func read(_ request: CacheRequest, _ next: Next) async throws -> CacheReply {
    if copies == 1 { return try await next(request) }
    let number = Int(context.runtime.random.below(UInt64(copies)))
    if number == 0 { return try await next(request) }
    let originals = request.keys
    var inner = request.again()
    let copied = originals.mapEach { copy(number, of: $0) }
    inner.keys = copied
    inner.loader = request.loader.map { translated($0, copied, originals) }
    if let recheck = request.recheck {
      inner.recheck = { key in
        guard let original = Self.original(of: key, copied, originals) else { return nil }
        return recheck(original)
      }
    }
    for (key, copy) in zip(originals, copied) {
      if let held = request.held(for: key) { inner.hold(held.entry, for: copy, from: held.tier) }
    }
    let reply = try await next(inner)
    for (key, copy) in zip(originals, copied) {
      if let held = inner.held(for: copy) { request.hold(held.entry, for: key, from: held.tier) }
    }
    return reply
  }

  private static func original(
    of copy: CacheKey, _ copies: Batch<CacheKey>, _ originals: Batch<CacheKey>
  ) -> CacheKey? {
    copies.firstIndex(of: copy).map { originals[$0] }
  }

  /// The loader as if it were asked for the keys themselves.
  private func translated(
    _ loader: Loader, _ copies: Batch<CacheKey>, _ originals: Batch<CacheKey>
  ) -> Loader {
    let translate: @Sendable (LoadContext) -> LoadContext = { context in
      let key = Self.original(of: context.key, copies, originals) ?? context.key
      return LoadContext(key: key, stale: context.stale, lease: context.lease)
    }
    switch loader {
    case .each(let load):
      return .each { context in
        let own = translate(context)
        defer { context.adopt(own) }
        return try await load(own)
      }
    case .bulk(let load):
      return .bulk { contexts in
        let own = contexts.map(translate)
        defer { for (context, own) in zip(contexts, own) { context.adopt(own) } }
        return try await load(own)
      }
    case .finished: return loader
    }
  }

  // MARK: Changes

  func change(_ request: CacheRequest, _ next: Next) async throws -> CacheReply {
    if copies == 1 || request.keys.isEmpty { return try await next(request) }
    switch request.operation {
    case .write: return try await write(request, next)
    case .remove, .expire, .touch: return try await everywhere(request, next)
    case .read, .lifetime, .invalidate, .clear: return try await next(request)
    }
  }

  private func everywhere(_ request: CacheRequest, _ next: Next) async throws -> CacheReply {
    var inner = request.again()
    inner.keys = Batch(request.keys.flatMap { key in (0..<copies).map { copy($0, of: key) } })
    let reply = try await next(inner)
    return CacheReply(Batch(request.keys.indices.map { reply.results[$0 * copies] }))
  }

  private func write(_ request: CacheRequest, _ next: Next) async throws -> CacheReply {
    var removal = request.again()
    removal.operation = .remove
    removal.keys = Batch(
      request.keys.flatMap { key in (1..<copies).map { copy($0, of: key) } })
    do {
      let reply = try await next(request)
      _ = try await next(removal)
      return reply
    } catch {
      _ = try? await next(removal.again())
      throw error
    }
  }
}
