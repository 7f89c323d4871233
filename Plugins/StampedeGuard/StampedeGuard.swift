// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// One load per key: callers that miss the same key at the same time share one load.
///
/// The load belongs to all who wait for it. Any of them may leave, by cancellation or deadline,
/// without touching the others; when the last one leaves, the load is cancelled.
public struct StampedeGuard: CacheStage {
  /// `stampede-guard` in YAML.
  public static let id: StageID = "stampede-guard"

  /// Among whom a load is shared.
  public enum Scope: String, CaseIterable, Sendable {
    /// The callers in this process.
    case process
    /// All nodes that share a store with locks.
    case cluster
  }

  enum Option {
    static let scope = PluginOption(
      "scope", .choice, default: Scope.process,
      "Whether a load is shared within the process, or among all nodes through locks.")
    static let storeName = PluginOption(
      "store", .optional(.store), default: nil,
      "The store that has the locks, for the scope cluster.")
    static let lifetime = PluginOption(
      "lock-lifetime", .duration, default: .seconds(10),
      "How long a lock outlives its holder; it is extended while the load runs.")
    static let wait = PluginOption(
      "wait", .optional(.duration), default: nil,
      "How long a caller waits for a shared load before it takes a stale value or loads by itself.")
  }

  /// How long to wait, and among whom loads are shared.
  public static let options: [any OptionDeclaration] = [
    Option.wait, Option.scope, Option.lifetime, Option.storeName,
  ]

  private let flights: FlightTable
  private let context: CacheContext
  private let wait: Duration?
  private let cluster: ClusterLock?

  /// Creates the guard.
  public init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    context = options.cache
    flights = FlightTable(context: options.cache)
    let wait = try options(Option.wait)
    guard try options(Option.scope) == .cluster else {
      (self.wait, cluster) = (wait, nil)
      return
    }
    guard let store = try options.store(optional: Option.storeName) as? any LockingStore else {
      throw options.error(about: Option.storeName, "has no locks, which the scope cluster needs")
    }
    // Within the process nobody leaves a load that has the lock: it would be begun without one.
    let patience = wait ?? .seconds(2)
    cluster = ClusterLock(
      store: store, context: options.cache, lifetime: try options(Option.lifetime), wait: patience)
    self.wait = nil
  }

  /// Listens to other nodes, where loads are shared with them.
  public func run() async throws { try await cluster?.listen() }

  /// How many keys are being loaded at this moment.
  public var loadsUnderWay: Int { flights.count }

  /// Lets reads with a loader share their loads; passes everything else on.
  public func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    guard case .read = request.operation, request.loader != nil, !isSettled(request) else {
      return try await next(request)
    }
    // What has been loaded already saves nobody a load, and is older than this moment: a caller who
    // joined it would get what may have been invalidated before that call began.
    if case .finished = request.loader { return try await next(request) }
    let boarding = flights.board(request)
    var rides: [Ride] = []
    if let flight = boarding.flight {
      begin(flight, request, boarding.led, next)
      rides.append(Ride(flight: flight, positions: boarding.led))
    }
    for (position, seat) in boarding.joined {
      rides.append(Ride(flight: seat.flight, positions: [position], index: seat.index))
    }
    return CacheReply(try await results(of: rides, request, next))
  }

  /// A place in a flight, for all its results or for the one at `index`.
  private struct Ride {
    var flight: FlightTable.Flight
    var positions: [Int]
    var index: Int?
  }

  /// Takes all rides. Whoever leaves one early gives back the places in the others.
  private func results(
    of rides: [Ride], _ request: CacheRequest, _ next: Next
  ) async throws -> Batch<KeyReply> {
    var results = Batch(request.keys.map { _ in KeyReply(.miss(.neverCached)) })
    let patience = wait.map { context.runtime.now + $0 }
    var taken = 0
    defer {
      for ride in rides[taken...] {
        ride.flight.work.leave()
        retireIfEmpty(ride.flight)
      }
    }
    for ride in rides {
      taken += 1
      let replies = try await take(ride, request, next, patience: patience)
      for (index, position) in ride.positions.enumerated() { results[position] = replies[index] }
    }
    return results
  }

  /// Whether no load will be needed: a fresh entry is held for every key.
  private func isSettled(_ request: CacheRequest) -> Bool {
    if request.options.refresh { return false }
    let now = context.runtime.now
    return request.keys.allSatisfy { request.held(for: $0)?.entry.isFresh(at: now) ?? false }
  }

  /// Starts the load of a new flight, unless another filled the tiers further out meanwhile.
  private func begin(
    _ flight: FlightTable.Flight, _ request: CacheRequest, _ positions: [Int], _ next: Next
  ) {
    var inner =
      positions.count == request.keys.count ? request.again() : request.narrowed(to: positions)
    inner.deadline = nil
    let (flights, load, cluster) = (flights, inner, cluster)
    flight.work.start("load") {
      do {
        if let recheck = load.recheck {
          let found = load.keys.compactMap(recheck)
          if found.count == load.keys.count { return Batch(found) }
        }
        let results: Batch<KeyReply>
        if let cluster {
          results = try await cluster.replies(to: load, next)
        } else {
          results = try await next(load).results
        }
        // A failure is nothing to store: whoever comes after it, or comes again, starts anew.
        if flight.work.places == 0 || results.allSatisfy(\.isFailure) { flights.land(flight) }
        return results
      } catch {
        flights.land(flight)
        throw error
      }
    }
  }

  /// Waits for a flight and takes its results.
  private func take(
    _ ride: Ride, _ request: CacheRequest, _ next: Next, patience: Timestamp?
  ) async throws -> [KeyReply] {
    let flight = ride.flight
    defer { retireIfEmpty(flight) }
    let deadline = [patience, request.deadline].compactMap(\.self).min()
    do {
      let all = try await flight.work.value(until: deadline)
      var results = ride.index.map { [all[$0]] } ?? Array(all)
      if flight.claim() {
        request.passage.atEnd { [flights] in flights.land(flight) }
      } else {
        for position in results.indices { results[position].isShared = true }
      }
      return results
    } catch let error as CacheError where error.code == .deadlineExceeded && deadline == patience {
      return try await goAlone(request, ride.positions, next)
    }
  }

  /// Nobody waits any more: if nobody took the result to store it, nobody will.
  private func retireIfEmpty(_ flight: FlightTable.Flight) {
    if flight.work.places == 0, flight.claim() { flights.land(flight) }
  }

  /// The wait was too long: a stale value where there is one, a load of one's own otherwise.
  private func goAlone(
    _ request: CacheRequest, _ positions: [Int], _ next: Next
  ) async throws -> [KeyReply] {
    let now = context.runtime.now
    let stale = positions.compactMap { position -> KeyReply? in
      guard let held = request.held(for: request.keys[position]), held.entry.isUsable(at: now),
        !context.ledger.isInvalidated(held)
      else { return nil }
      return KeyReply(.stale(tier: held.tier, .waiting), entry: held.entry)
    }
    if stale.count == positions.count { return stale }
    return Array(try await next(request.narrowed(to: positions)).results)
  }

  /// Two guards in one pipeline, and locks that are none.
  public static func check(_ placement: StagePlacement) -> [PlacementProblem] {
    if placement.outer.contains(where: { $0.id == id }) {
      return [.error("a second stampede-guard has nothing to do; remove one of them")]
    }
    guard placement.value(Option.scope) == .cluster else {
      guard placement.isWritten(Option.storeName) else { return [] }
      return [
        .warning("is used with scope: cluster only; leave it out", option: Option.storeName.name)
      ]
    }
    guard let store = placement.own.store else {
      return [
        .error("needs a store with locks that all nodes share; write store: NAME", option: "scope")
      ]
    }
    if !store.capabilities.contains(.locks) {
      return [
        .error(
          "\(store.name) (kind \(store.kind)) has no locks; name a store that has, or write "
            + "scope: process", option: Option.storeName.name)
      ]
    }
    let isFound = placement.inner.contains {
      $0.isTier && $0.store?.capabilities.contains(.sharing) ?? false
    }
    if isFound { return [] }
    return [
      .error(
        "no tier that the nodes share lies further in, so none would find what another has loaded; "
          + "put remote behind it, or write scope: process", option: "scope")
    ]
  }
}

extension KeyReply {
  fileprivate var isFailure: Bool { if case .failed = outcome { true } else { false } }
}
