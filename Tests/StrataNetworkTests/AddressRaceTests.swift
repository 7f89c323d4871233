// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

@testable import StrataNetwork
import Testing

@Suite("Address race") struct AddressRaceTests {
  private let refused = NetworkError(.refused, operation: "connect")

  @Test func `families alternate and the system's first comes first`() {
    let ordered = AddressRace.order(["6a", "6b", "6c", "4a", "4b"]) { $0.hasPrefix("6") ? 6 : 4 }
    #expect(ordered == ["6a", "4a", "6b", "4b", "6c"])
    #expect(AddressRace.order([String]()) { _ in 4 } == [])
  }

  @Test func `the next address is tried when the delay passes, beside the first`() {
    var race = AddressRace(count: 3)
    #expect(race.start() == [.attempt(0), .armDelay])
    #expect(race.delayPassed() == [.attempt(1), .armDelay])
    #expect(race.delayPassed() == [.attempt(2)])
    #expect(race.delayPassed() == [])
  }

  @Test func `a failure brings the next address forward`() {
    var race = AddressRace(count: 2)
    _ = race.start()
    #expect(race.failed(refused) == [.attempt(1)])
    #expect(race.failed(refused) == [.fail(refused)])
  }

  @Test func `it fails only when no attempt is left in flight`() {
    var race = AddressRace(count: 2)
    _ = race.start()
    _ = race.delayPassed()
    #expect(race.failed(refused) == [])
    #expect(race.failed(refused) == [.fail(refused)])
  }

  @Test func `without an address it fails at once`() {
    var race = AddressRace(count: 0)
    guard case .fail(let error) = race.start().first else {
      Issue.record("no failure")
      return
    }
    #expect(error.code == .unknownHost)
  }
}
