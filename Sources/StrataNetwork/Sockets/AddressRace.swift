// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Happy eyeballs (RFC 8305) as a value: which address is tried when.
///
/// Addresses of the two families alternate, beginning with the family that the system puts first.
/// A new attempt starts when one fails, and beside the others when ``ConnectOptions/attemptDelay``
/// passes without an answer. The first to stand wins. The system's resolver answers for both
/// families at once, so the RFC's wait between their answers has no place here.
struct AddressRace {
  /// What to do next; several in order.
  enum Action: Equatable {
    /// Begin to connect to the address with this index.
    case attempt(Int)
    /// Call ``delayPassed()`` after the attempt delay, instead of any earlier such wish.
    case armDelay
    /// Every address has failed, the last with this error.
    case fail(NetworkError)
  }

  private let count: Int
  private var next = 0
  private var inFlight = 0

  /// Creates a race over `count` addresses, which ``order(_:)`` has put in order.
  init(count: Int) { self.count = count }

  /// Puts addresses in the order in which they are tried.
  static func order<Address>(_ addresses: [Address], family: (Address) -> Int32) -> [Address] {
    guard let first = addresses.first.map(family) else { return [] }
    let preferred = addresses.filter { family($0) == first }
    let others = addresses.filter { family($0) != first }
    var ordered: [Address] = []
    for index in 0..<max(preferred.count, others.count) {
      if index < preferred.count { ordered.append(preferred[index]) }
      if index < others.count { ordered.append(others[index]) }
    }
    return ordered
  }

  /// The first actions.
  mutating func start() -> [Action] {
    attempt() ?? [.fail(NetworkError(.unknownHost, operation: "resolve", detail: "no address"))]
  }

  /// The attempt delay has passed without an answer.
  mutating func delayPassed() -> [Action] { attempt() ?? [] }

  /// An attempt has failed.
  mutating func failed(_ error: NetworkError) -> [Action] {
    inFlight -= 1
    if let actions = attempt() { return actions }
    return inFlight == 0 ? [.fail(error)] : []
  }

  private mutating func attempt() -> [Action]? {
    guard next < count else { return nil }
    defer { next += 1 }
    inFlight += 1
    return next + 1 < count ? [.attempt(next), .armDelay] : [.attempt(next)]
  }
}
