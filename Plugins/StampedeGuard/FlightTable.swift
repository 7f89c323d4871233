// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// The loads that are under way, by key: whoever misses a key joins the load that runs for it.
///
/// A flight carries the keys that one caller missed together, so that a batch stays a batch. It can
/// be joined until its result has been stored by the one waiter who stores it; from then on the
/// tiers further out have it. It cannot be joined once its key was invalidated or the cache's epoch
/// moved: that load may have read what is gone.
final class FlightTable: Sendable {
  /// One load for one or more keys.
  final class Flight: Sendable {
    let work: SharedWork<Batch<KeyReply>>
    let keys: Batch<CacheKey>
    private let leases: Batch<Lease>
    private let epoch: UInt64
    private let isClaimed = Lock(false)

    init(_ keys: Batch<CacheKey>, context: CacheContext) {
      self.keys = keys
      work = SharedWork(runtime: context.runtime)
      epoch = context.ledger.epoch
      leases = keys.mapEach { context.ledger.lease($0) }
    }

    /// Whether nothing was invalidated since the flight began that its result could be.
    func isCurrent(_ index: Int, epoch: UInt64) -> Bool {
      epoch == self.epoch && leases[index].isValid
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
  func board(_ keys: Batch<CacheKey>) -> Boarding {
    let epoch = context.ledger.epoch
    return seats.withLock { seats in
      var boarding = Boarding()
      for (position, key) in keys.enumerated() {
        if let seat = seats[key], seat.flight.isCurrent(seat.index, epoch: epoch),
          seat.flight.work.enter()
        {
          boarding.joined.append((position, seat))
        } else {
          boarding.led.append(position)
        }
      }
      if boarding.led.isEmpty { return boarding }
      let own = boarding.led.count == keys.count ? keys : Batch(boarding.led.map { keys[$0] })
      let flight = Flight(own, context: context)
      _ = flight.work.enter()
      for (index, key) in own.enumerated() { seats[key] = Seat(flight: flight, index: index) }
      boarding.flight = flight
      return boarding
    }
  }

  /// Takes a flight out of the table: what it loaded is stored, or never will be.
  func land(_ flight: Flight) {
    seats.withLock { seats in
      for key in flight.keys where seats[key]?.flight === flight { seats[key] = nil }
    }
  }
}
