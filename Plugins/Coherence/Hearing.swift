// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// What a node has heard of each of the others: which numbers, and when last.
///
/// The numbers of one incarnation begin at 1 and have no gaps. Whoever is heard for the first time
/// at a later number, skips one, or falls silent without a farewell, may have said something that
/// was missed. Bounded: of more than `capacity` senders the one silent for longest is forgotten.
struct Hearing {
  /// What a message means.
  struct Verdict: Equatable {
    /// Its items have not been applied before.
    var isNew = false
    /// Something before it is missing.
    var hasGap = false
  }

  fileprivate struct Sender {
    /// The number that comes next: of somebody never heard before, the first.
    var next: UInt64 = 1
    /// Numbers before it that did not come, newest last; doubt has been cast for them.
    var missing: [UInt64] = []
    var heardAt: Timestamp
  }

  private var senders: [UInt64: Sender] = [:]
  private let capacity: Int

  init(capacity: Int = 1024) { self.capacity = capacity }

  /// How many other nodes are heard.
  var count: Int { senders.count }

  /// Takes note of a message.
  mutating func hear(_ bulletin: Bulletin, at now: Timestamp) -> Verdict {
    switch bulletin.kind {
    case .heartbeat: return hear(upTo: bulletin.number, of: bulletin.incarnation, at: now)
    case .farewell:
      let verdict = hear(upTo: bulletin.number, of: bulletin.incarnation, at: now)
      senders[bulletin.incarnation] = nil
      return verdict
    case .news: return hear(number: bulletin.number, of: bulletin.incarnation, at: now)
    }
  }

  private mutating func hear(
    upTo number: UInt64, of incarnation: UInt64, at now: Timestamp
  ) -> Verdict {
    var sender = senders[incarnation] ?? Sender(heardAt: now)
    sender.heardAt = now
    let hasGap = number >= sender.next
    if hasGap { sender.skip(to: number &+ 1) }
    keep(sender, incarnation)
    return Verdict(hasGap: hasGap)
  }

  private mutating func hear(
    number: UInt64, of incarnation: UInt64, at now: Timestamp
  ) -> Verdict {
    var sender = senders[incarnation] ?? Sender(heardAt: now)
    sender.heardAt = now
    var verdict = Verdict(isNew: true)
    if number >= sender.next {
      verdict.hasGap = number > sender.next
      sender.skip(to: number)
      sender.next = number &+ 1
    } else if let index = sender.missing.firstIndex(of: number) {
      // It came late: the doubt was cast, what it says is done all the same.
      sender.missing.remove(at: index)
    } else {
      verdict.isNew = false
    }
    keep(sender, incarnation)
    return verdict
  }

  private mutating func keep(_ sender: Sender, _ incarnation: UInt64) {
    if senders[incarnation] == nil, senders.count >= capacity,
      let oldest = senders.min(by: { ($0.value.heardAt, $0.key) < ($1.value.heardAt, $1.key) })
    {
      senders[oldest.key] = nil
    }
    senders[incarnation] = sender
  }

  /// Forgets who has been silent for `limit`; returns how many.
  mutating func forgetSilent(at now: Timestamp, after limit: Duration) -> Int {
    let before = senders.count
    senders = senders.filter { now < $0.value.heardAt + limit }
    return before - senders.count
  }
}

extension Hearing.Sender {
  /// Leaves out the numbers up to `number`; remembers the last 64 of them.
  fileprivate mutating func skip(to number: UInt64) {
    guard number > next else { return }
    let first = max(next, number >= 64 ? number - 64 : 0)
    missing = Array((missing + Array(first..<number)).suffix(64))
    next = number
  }
}
