// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// How a store becomes a tier of a pipeline: lookup, fill on the way back, and changes in an order
/// that is safe against everything that happens meanwhile.
///
/// `local` and `remote` are thin stages around this; a tier of your own can be too. The rules that
/// make invalidation safe are kept here, in one place:
///
/// 1. A lease is taken *before* the store is read and travels with what was read.
/// 2. A fill goes to the store with its lease, and the store checks the lease inside the critical
///    section in which it makes the entry visible.
/// 3. A change goes inwards first. On its way back each tier revokes the key's leases and only then
///    changes its own store: whoever read the old value further in before it was gone cannot put it
///    back, and whoever reads after finds the new one.
/// 4. The epoch is read before an entry is judged by tag clock, so an invalidation in between makes
///    the fast road look again.
///
/// A store failure never leaves this type as an error: a failed read is a miss, a failed fill is
/// reported and forgotten. A failed change is owed: what it is about is refused here until the
/// store has made up for it (see ``Arrears``), and the reply says that other nodes must do the
/// same.
///
/// A write goes to a store that orders its writers under a version that was issued before, never
/// under one issued on arrival: whatever arrives late, after somebody has given up waiting for it,
/// is older than what was changed since, and refused.
public struct Tier: Sendable {
  /// The name by which calls and replies know the tier.
  public let name: String
  /// The store.
  public let store: any CacheStore
  let context: CacheContext
  let limits: TierLimits
  let id: StageID
  let fast: (any FastStore)?
  /// The store, where entries of an earlier run may come back from it as bytes.
  let restoring: (any RestoringStore)?
  let holdsObjects: Bool
  let issuesVersions: Bool
  /// Whether other nodes see the store.
  let isShared: Bool
  let marking: (any MarkingStore)?
  let arrears: Arrears
  /// What the operations of the request at hand run through.
  private var gate: (any StoreGate)?
  let tally: TierTally

  /// Creates a tier for the stage `id`.
  public init(
    name: String, id: StageID, store: any CacheStore, context: CacheContext,
    limits: TierLimits = TierLimits()
  ) {
    self.name = name
    self.id = id
    self.store = store
    self.context = context
    self.limits = limits
    fast = store as? any FastStore
    let restoring = store as? any RestoringStore
    self.restoring = restoring?.keepsSnapshots == true ? restoring : nil
    tally = context.tally(of: name)
    let capabilities = type(of: store).capabilities
    holdsObjects = capabilities.contains(.objects)
    issuesVersions = capabilities.contains(.versions)
    isShared = capabilities.contains(.sharing)
    marking = store as? any MarkingStore
    arrears = context.ledger.arrears(of: name)
  }

  /// Answers a request as a tier does.
  public func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    guard let gate = request.storeGate else { return try await answer(request, next) }
    var (gated, inner) = (self, request)
    gated.gate = gate.standing(before: store)
    inner.storeGate = nil
    return try await gated.answer(inner, next)
  }

  private func answer(_ request: CacheRequest, _ next: Next) async throws -> CacheReply {
    if let echo = request.echo, echo.isSettled, isShared { return try await next(request) }
    return switch request.operation {
    case .read: try await read(request, next)
    case .write: try await whole { try await write(request, next) }
    case .remove: try await whole { try await remove(request, next) }
    case .expire, .touch: try await whole { try await rewrite(request, next) }
    case .lifetime: try await lifetime(request, next)
    case .clear: try await whole { try await clear(request, next) }
    case .invalidate(let tags): try await whole { try await invalidate(tags, request, next) }
    }
  }

  /// A change whose caller was cancelled may not have reached the store: it must not look done.
  private func whole(_ change: () async throws -> CacheReply) async throws -> CacheReply {
    let reply = try await change()
    try Task.checkCancellation()
    return reply
  }

  /// Runs a store operation within the tier's time limit; a failure is reported and gives `nil`.
  func attempt<Result: Sendable>(
    _ what: StaticString, for use: StoreUse = .change,
    _ operation: @escaping @Sendable () async throws -> Result
  ) async -> Result? {
    do {
      guard let gate else { return try await timed(what, operation) }
      return try await gate.run(use) { try await timed(what, operation) }
    } catch let error as CacheError where error.code == .breakerOpen {
      return nil
    } catch {
      if !(error is CancellationError) {
        tally.noteFailure()
        context.report(
          .warning, "store failed", source: name,
          details: [("operation", "\(what)"), ("error", "\(type(of: error))")])
      }
      return nil
    }
  }

  private func timed<Result: Sendable>(
    _ what: StaticString, _ operation: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    guard let timeout = limits.timeout else { return try await operation() }
    return try await context.runtime.run(what, until: context.runtime.now + timeout, operation)
  }
}

/// What bounds a tier.
public struct TierLimits: Sendable {
  /// The longest time an entry is fresh in this tier; `nil` leaves the entry's own.
  public var ttl: Duration?
  /// The longest time an entry is kept stale in this tier; `nil` leaves the entry's own.
  public var maxStale: Duration?
  /// How long one store operation may take.
  public var timeout: Duration?
  /// Whether fills are written behind the caller's back.
  public var fillsBehind: Bool

  /// Creates limits.
  public init(
    ttl: Duration? = nil, maxStale: Duration? = nil, timeout: Duration? = nil,
    fillsBehind: Bool = false
  ) {
    self.ttl = ttl
    self.maxStale = maxStale
    self.timeout = timeout
    self.fillsBehind = fillsBehind
  }
}
