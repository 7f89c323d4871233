// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import SegmentedLog
import StrataCore
import Synchronization

/// Gives space back, a whole segment at a time.
///
/// The oldest segment is *evicted*: its hot records are written again at the end of the log, the
/// others are dropped. A segment of which at most a third is alive is *compacted* instead, wherever
/// it stands, and nothing is dropped. Either way no more is rewritten than two fifths of what
/// callers wrote, so a byte is written 1.4 times on average, and footers stay within the rest of
/// the promised half.
///
/// Dropping only the oldest segment keeps removals true: whatever a tombstone buried stood before
/// it and is gone already. Compaction breaks that order, so it writes a tombstone again, and one for
/// each record that is no longer there, as long as an older segment might hold an older record.
///
/// Work is done in small pieces by whoever just wrote a chunk: two bytes of the victim are passed
/// for each byte written, so a victim is gone before its space is needed, and nobody waits for long.
final class Reclaimer: Sendable {
  /// What a user's byte earns for rewriting, in hundredths.
  private static let allowance = 40

  private struct Victim {
    var entry: SegmentTable.Entry
    var slots: [IndexSlot]
    var cursor = 0
    var isOldest: Bool
    /// Records at least this hot survive.
    var heat: UInt32
  }

  private struct State {
    var victim: Victim?
    /// The written bytes up to which work has kept pace.
    var pace = 0
  }

  let catalog: FileCatalog
  let appender: FileAppender
  private let state = Lock(State())
  private let isBusy = Atomic<Bool>(false)

  init(catalog: FileCatalog, appender: FileAppender) {
    self.catalog = catalog
    self.appender = appender
  }

  var index: FileIndex { catalog.index }
  private var shape: FileShape { catalog.shape }

  /// Does as much as has become due since the last call.
  func keepPace() {
    guard index.segments.size + shape.segmentSize > shape.capacity || isUnderWay else { return }
    guard !isBusy.exchange(true, ordering: .acquiring) else { return }
    defer { isBusy.store(false, ordering: .releasing) }
    var due = dueBytes()
    while due > 0 || index.segments.size > shape.capacity {
      guard let victim = currentVictim() else { return }
      due -= advance(victim, by: max(due, 64 << 10))
    }
  }

  private var isUnderWay: Bool { state.withLock { $0.victim != nil } }

  private func dueBytes() -> Int {
    let written = catalog.counters.writtenBytes.load(ordering: .relaxed)
    return state.withLock { state in
      let due = min(written - state.pace, shape.segmentSize) * 2
      state.pace = written
      return due
    }
  }

  /// What callers' writes have earned and rewriting has not used. A fresh start gets a segment's
  /// worth on trust.
  private var credit: Int {
    let written = catalog.counters.writtenBytes.load(ordering: .relaxed)
    let rewritten = catalog.counters.rewrittenBytes.load(ordering: .relaxed)
    return shape.segmentSize + written / 100 * Self.allowance - rewritten
  }

  // MARK: Choosing

  private func currentVictim() -> Victim? {
    if let victim = state.withLock({ $0.victim }) { return victim }
    guard index.segments.size + shape.segmentSize > shape.capacity, let victim = nextVictim() else {
      return nil
    }
    state.withLock { $0.victim = victim }
    return victim
  }

  private func nextVictim() -> Victim? {
    let unwritten = appender.writer.unwritten.segment
    let sealed = index.segments.entries.filter {
      $0.segment.number < unwritten && $0.segment.size.load(ordering: .relaxed) > 0
    }
    guard let oldest = sealed.first else { return nil }
    let credit = credit
    let emptiest = sealed.min { share($0) < share($1) }
    if let emptiest, share(emptiest) <= 1.0 / 3,
      emptiest.segment.live.load(ordering: .relaxed) <= credit
    {
      let isOldest = emptiest.segment.number == oldest.segment.number
      return victim(emptiest, isOldest: isOldest, heat: { _ in 0 })
    }
    return victim(oldest, isOldest: true) { slots in self.threshold(slots, credit: credit) }
  }

  private func share(_ entry: SegmentTable.Entry) -> Double {
    let size = entry.segment.size.load(ordering: .relaxed)
    return Double(entry.segment.live.load(ordering: .relaxed)) / Double(max(size, 1))
  }

  /// A segment that cannot be read is dropped when it is the oldest, and left alone otherwise.
  private func victim(
    _ entry: SegmentTable.Entry, isOldest: Bool, heat: ([IndexSlot]) -> UInt32
  ) -> Victim? {
    var entry = entry
    do {
      guard let file = try catalog.file(of: entry.segment.number) else { return nil }
      entry.file = file
      let slots = try SegmentEntries(SegmentReader(file, kind: .store)).slots
      return Victim(entry: entry, slots: slots, isOldest: isOldest, heat: heat(slots))
    } catch {
      guard isOldest else { return nil }
      index.forgetAll(in: entry.segment.number)
      return Victim(entry: entry, slots: [], isOldest: true, heat: 0)
    }
  }

  /// The lowest heat at which all that hot fits the credit.
  private func threshold(_ slots: [IndexSlot], credit: Int) -> UInt32 {
    var bytes = [0, 0, 0, 0]
    for slot in slots where slot.kind == .value {
      guard let now = index.slot(slot.digest), now.place == slot.place else { continue }
      bytes[Int(now.heat)] += slot.length
    }
    if bytes[1] + bytes[2] + bytes[3] <= credit { return 1 }
    return bytes[2] + bytes[3] <= credit ? 2 : 3
  }

  // MARK: Doing

  /// Passes at least `bytes` of the victim; returns how many.
  private func advance(_ victim: Victim, by bytes: Int) -> Int {
    var victim = victim
    var passed = 0
    while victim.cursor < victim.slots.count, passed < bytes {
      let slot = victim.slots[victim.cursor]
      passed += slot.length
      treat(slot, victim)
      victim.cursor += 1
    }
    if victim.cursor < victim.slots.count {
      state.withLock { $0.victim = victim }
    } else {
      state.withLock { $0.victim = nil }
      finish(victim)
    }
    appender.writer.drainUnlessBusy()
    return max(passed, 1)
  }

  private func treat(_ slot: IndexSlot, _ victim: Victim) {
    switch slot.kind {
    case .value: treatValue(slot, victim)
    case .tombstone: if !victim.isOldest { bury(slot.digest) }
    case .clear:
      let place = LogPlace(packed: slot.digest)
      if !victim.isOldest, let note = catalog.clears.all.first(where: { $0.before == place }) {
        appender.rewrite(note)
      }
    case nil: break
    }
  }

  private func treatValue(_ slot: IndexSlot, _ victim: Victim) {
    guard let current = index.slot(slot.digest) else {
      if !victim.isOldest { bury(slot.digest) }
      return
    }
    guard current.place == slot.place else { return }
    let isExpired = current.isExpired(at: catalog.runtime.clock.coarseNow)
    let isKept =
      !isExpired && current.heat >= victim.heat && (victim.heat == 0 || credit > slot.length)
    if isKept, rewrite(current, victim.entry) { return }
    guard index.remove(slot.digest, at: slot.logPlace) else { return }
    if !isExpired { catalog.counters.evictions.add(1, ordering: .relaxed) }
    if !victim.isOldest { bury(slot.digest) }
  }

  private func finish(_ victim: Victim) {
    let number = victim.entry.segment.number
    index.publish { $0.removing(number) }
    appender.writer.tail.withLock { $0.remove(number) }
    guard let oldest = index.segments.entries.first else { return }
    catalog.clears.prune(oldest: oldest.segment.number)
  }
}
