// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataTesting
import Testing

@Suite("Invalidation ledger")
struct InvalidationLedgerTests {
  private let clock = VirtualClock()
  private let ledger: InvalidationLedger
  private let key = CacheKey(bytes: [1], seed: 1)

  init() { ledger = InvalidationLedger(clock: clock) }

  @Test func `ticks never repeat, also while the clock stands still`() {
    let ticks = (0..<1000).map { _ in ledger.tick() }
    #expect(zip(ticks, ticks.dropFirst()).allSatisfy { $0 < $1 })
    clock.advance(by: .seconds(1))
    #expect(ledger.tick() > ticks[999])
    #expect(ledger.tick() - clock.now < .microseconds(10))
  }

  @Test func `versions of ticks are in their order and of this process`() {
    let versions = (0..<100).map { _ in ledger.version(at: ledger.tick()) }
    #expect(zip(versions, versions.dropFirst()).allSatisfy { $0.isOlder(than: $1) })
    #expect(versions.allSatisfy { $0.issuer == 0 })
  }

  @Test func `a lease ends with its last reference`() {
    var leases = [
      ledger.lease(key), ledger.lease(key), ledger.lease(CacheKey(bytes: [2], seed: 1)),
    ]
    #expect(ledger.heldLeases == 3)
    leases.removeLast(2)
    #expect(ledger.heldLeases == 1)
    leases = []
    #expect(ledger.heldLeases == 0)
  }

  @Test func `a revocation ends the leases before it and none after`() {
    let before = ledger.lease(key)
    let other = ledger.lease(CacheKey(bytes: [2], seed: 1))
    ledger.revoke(key)
    let after = ledger.lease(key)
    #expect(!before.isValid)
    #expect(other.isValid)
    #expect(after.isValid)
    ledger.revoke(key)
    #expect(!after.isValid)
  }

  @Test func `a lease taken when all before it have ended is good`() {
    for _ in 0..<3 {
      let lease = ledger.lease(key)
      #expect(lease.isValid)
      ledger.revoke(key)
      #expect(!lease.isValid)
    }
  }

  @Test func `an invalidation by tag ends leases for entries under it only`() {
    let lease = ledger.lease(key)
    ledger.invalidate(["red"])
    #expect(!lease.permits(tags: ["blue", "red"]))
    #expect(lease.permits(tags: ["blue"]))
    #expect(lease.permits(tags: []))
    #expect(ledger.lease(key).permits(tags: ["red"]))
  }

  @Test func `a clear ends every lease, and none after`() {
    let lease = ledger.lease(key)
    ledger.clear()
    #expect(!lease.isValid)
    #expect(!lease.permits(tags: []))
    #expect(ledger.lease(key).permits(tags: ["red"]))
  }

  @Test func `whatever makes entries doubtful moves the epoch, and nothing else does`() {
    let first = ledger.epoch
    _ = ledger.lease(key)
    ledger.revoke(key)
    #expect(ledger.epoch == first)
    ledger.invalidate(["red"])
    ledger.clear()
    ledger.distrust()
    #expect(ledger.epoch == first + 3)
  }
}
