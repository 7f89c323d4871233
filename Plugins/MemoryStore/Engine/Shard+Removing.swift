// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import StrataCore
internal import Synchronization

extension Shard {
  /// Removes a key; returns whether it was there.
  func remove(_ key: KeyView, _ cause: RemovalCause) -> Bool {
    guard let found = find(key) else { return false }
    unlink(found.node, cause)
    return true
  }

  /// Removes every entry whose key `matches`.
  func removeAll(_ cause: RemovalCause, where matches: (UnsafeRawBufferPointer) -> Bool) -> Int {
    var doomed: [NodeIndex] = []
    forEachNode { node in
      if withKey(of: node, matches) { doomed.append(node) }
    }
    for node in doomed { unlink(node, cause) }
    return doomed.count
  }

  /// Removes what has expired by `now`, a bounded number at a time; false when there is more.
  func expire(at now: Int64) -> Bool {
    var due: [NodeIndex] = []
    let isDone = wheel.advance(to: now, limit: 1024, end: { end(of: $0) }) { due.append($0) }
    for node in due { unlink(node, .expired) }
    return isDone
  }

  /// Evicts until the bound holds, as after it was lowered; false when the policy gives up none.
  func evictWhileOver(atMost limit: Int) -> Bool {
    for _ in 0..<limit where ledger.isOver {
      guard let freed = evictOne() else { return false }
      ledger.giveBack(freed)
    }
    return true
  }

  /// Takes a node out of the table, and out of everything that knows it.
  func unlink(
    _ node: NodeIndex, _ cause: RemovalCause, givesBack: Bool = true, isKnownToPolicy: Bool = true
  ) {
    let print = fingerprint(of: node)
    guard let found = slots.find(print, { $0 == node }) else { return }
    usedSlots -= slots.remove(found.slot)
    if cause == .evicted {
      evictionsSinceDrain += 1
    } else if isKnownToPolicy, weight(of: node) > 0 {
      policy.remove(node)
    }
    wheel.cancel(node)
    change(count: -1, weight: -weight(of: node))
    if givesBack { ledger.giveBack(weight(of: node)) }
    departures.note(print, cause)
    note(node, cause)
    limbo.add(.node(node))
    shrinkIfNeeded()
  }

  func change(count countChange: Int, weight weightChange: Int) {
    if countChange != 0 {
      count.store(count.load(ordering: .relaxed) + countChange, ordering: .relaxed)
    }
    if weightChange != 0 {
      weight.store(weight.load(ordering: .relaxed) + weightChange, ordering: .relaxed)
    }
  }

  /// Counts a departure, and keeps an event for the listeners.
  func note(_ node: NodeIndex, _ cause: RemovalCause) {
    count(cause)
    guard recordsEvents else { return }
    let payload = arena[node].pointee.unmanagedPayload?.takeUnretainedValue()
    keep(
      RemovalEvent(
        key: withKey(of: node) { Array($0) }, payload: payload, cause: cause,
        weight: weight(of: node)))
  }

  /// Notes an entry that was too heavy to be looked at any further.
  func noteRefusal(_ write: ShardWrite) {
    count(.refused)
    departures.note(write.fingerprint, .refused)
    guard recordsEvents else { return }
    keep(
      RemovalEvent(
        key: Array(write.key.bytes), payload: write.entry.payload, cause: .refused,
        weight: Int(write.weight)))
  }

  func takeEvents() -> [RemovalEvent] {
    waitingEvents.store(0, ordering: .relaxed)
    defer { events = [] }
    return events
  }

  /// What a listener that hangs may make a shard keep.
  private static let mostEvents = 16_384

  private func keep(_ event: RemovalEvent) {
    guard events.count < Self.mostEvents else {
      lostEvents += 1
      return
    }
    events.append(event)
    waitingEvents.store(events.count, ordering: .releasing)
  }

  private func count(_ cause: RemovalCause) {
    switch cause {
    case .expired: causes[0] += 1
    case .evicted: causes[1] += 1
    case .replaced: causes[2] += 1
    case .removed: causes[3] += 1
    case .invalidated: causes[4] += 1
    case .refused: causes[5] += 1
    }
  }

  // MARK: The size of the table

  /// Keeps entries and removal marks below four fifths; a new table starts five eighths full.
  func growIfNeeded() {
    if Double(usedSlots + 1) > Double(slots.size) * SlotTable.fullest { rebuild() }
  }

  private func shrinkIfNeeded() {
    let live = count.load(ordering: .relaxed)
    if slots.size > 128, live * 6 < Int(slots.size) { rebuild() }
  }

  private func rebuild() {
    let live = count.load(ordering: .relaxed)
    let old = slots
    let new = old.copy(size: max(64, live * 8 / 5))
    table.store(new.address, ordering: .releasing)
    usedSlots = live
    limbo.add(.table(old))
  }
}
