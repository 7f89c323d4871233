// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// The loads that are under way, by key: whoever misses a key joins the load that runs for it.
///
/// A flight carries the keys that one caller missed together, so that a batch stays a batch. It can
/// be joined until its result has been stored by the one waiter who stores it; from then on the
/// tiers further out have it. It cannot be joined once its key was invalidated or the cache's epoch
/// moved: that load may have read what is gone. And it cannot be joined by a call that would not
/// accept what the flight accepts, such as a stale entry.
final class FlightTable: Sendable {
  /// One load for one or more keys.
  final class Flight: Sendable {
    let work: SharedWork<Batch<KeyReply>>
    let keys: Batch<CacheKey>
    private let leases: Batch<Lease>
    private let epoch: UInt64
    private let terms: LoadTerms
    private let isClaimed = Lock(false)

    init(_ keys: Batch<CacheKey>, terms: LoadTerms, context: CacheContext) {
      self.keys = keys
      self.terms = terms
      work = SharedWork(runtime: context.runtime)
      epoch = context.ledger.epoch
      leases = keys.mapEach { context.ledger.lease($0) }
    }

    /// Takes a place, if nothing was invalidated since the flight began that its result could be,
    /// and if its result will do for a call of these terms.
    func board(_ index: Int, epoch: UInt64, terms: LoadTerms) -> Bool {
      epoch == self.epoch && leases[index].isValid && self.terms.satisfy(terms) && work.enter()
    }

    /// Makes the caller the one who stores the result; `true` for the first only.
    func claim() -> Bool {
      isClaimed.withLock { isClaimed in
        defer { isClaimed = true }
        return !isClaimed
      }
    }
  }

  /// A place in a flight: which result of it is wanted.
  struct Seat: Sendable {
    let flight: Flight
    let index: Int
  }

  /// Which keys joined flights under way, and the flight that was begun for the others.
  struct Boarding: Sendable {
    var joined: [(position: Int, seat: Seat)] = []
    var led: [Int] = []
    var flight: Flight?
  }

  private let seats = Lock<[CacheKey: Seat]>([:])
  private let context: CacheContext

  init(context: CacheContext) { self.context = context }

  /// How many keys are being loaded.
  var count: Int { seats.withLock { $0.count } }

  /// Joins flights where there are any and begins one for the rest, in one step.
  func board(_ request: CacheRequest) -> Boarding {
    let (keys, epoch, terms) = (request.keys, context.ledger.epoch, LoadTerms(request))
    return seats.withLock { seats in
      var boarding = Boarding()
      for (position, key) in keys.enumerated() {
        if let seat = seats[key], seat.flight.board(seat.index, epoch: epoch, terms: terms) {
          boarding.joined.append((position, seat))
        } else {
          boarding.led.append(position)
        }
      }
      if boarding.led.isEmpty { return boarding }
      begin(&boarding, keys, terms, &seats)
      return boarding
    }
  }

  /// Begins the flight for the keys that nobody loads. A key that was asked for twice in one batch
  /// flies once, and its second place is one that joined.
  private func begin(
    _ boarding: inout Boarding, _ keys: Batch<CacheKey>, _ terms: LoadTerms,
    _ seats: inout [CacheKey: Seat]
  ) {
    var indices: [CacheKey: Int] = [:]
    var led: [Int] = []
    var twice: [(position: Int, index: Int)] = []
    for position in boarding.led {
      if let index = indices[keys[position]] {
        twice.append((position, index))
      } else {
        indices[keys[position]] = led.count
        led.append(position)
      }
    }
    let own = led.count == keys.count ? keys : Batch(led.map { keys[$0] })
    let flight = Flight(own, terms: terms, context: context)
    _ = flight.work.enter()
    for (index, key) in own.enumerated() { seats[key] = Seat(flight: flight, index: index) }
    for (position, index) in twice where flight.work.enter() {
      boarding.joined.append((position, Seat(flight: flight, index: index)))
    }
    (boarding.led, boarding.flight) = (led, flight)
  }

  /// Takes a flight out of the table: what it loaded is stored, or never will be.
  func land(_ flight: Flight) {
    seats.withLock { seats in
      for key in flight.keys where seats[key]?.flight === flight { seats[key] = nil }
    }
  }
}

/// What a call accepts as its answer, beyond a fresh entry.
struct LoadTerms: Sendable {
  private let options: RequestOptions
  private let acceptsNewerThan: Timestamp?

  init(_ request: CacheRequest) {
    options = request.options
    acceptsNewerThan = request.acceptsNewerThan
  }

  /// Whether what is loaded on these terms will do for a call of `others`.
  func satisfy(_ others: LoadTerms) -> Bool {
    if options.allowsStale, !others.options.allowsStale { return false }
    if let token = others.options.token, token != options.token { return false }
    let skips = options.skipReading
    guard skips == .all || skips == others.options.skipReading else { return false }
    guard others.options.refresh else { return true }
    return options.refresh
      && (acceptsNewerThan == nil || acceptsNewerThan == others.acceptsNewerThan)
  }
}
