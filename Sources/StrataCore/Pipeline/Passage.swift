// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

private import Synchronization

/// What is remembered of one request's way through the pipeline.
///
/// It catches stages that break the contract (one bit for each stage entered and left) and carries
/// the stale entries that were found on the way. Parts of a request have a passage of their own and
/// share the outermost one's held entries.
public final class Passage: Sendable {
  private let outer: Passage?
  private let entered = Atomic<UInt64>(0)
  private let seen = Atomic<UInt64>(0)
  private let left = Atomic<UInt64>(0)
  private let reachedEnd = Atomic<Bool>(false)
  private let endings = Lock<[@Sendable () -> Void]>([])
  private let entries = Lock<[(key: CacheKey, held: HeldEntry)]>([])
  private let fills = Lock<[(key: CacheKey, tier: String, version: Version)]>([])

  init(outer: Passage?) { self.outer = outer }

  /// Notes that the stage at `position` was entered; `false` if it had been before.
  func enter(_ position: Int) -> Bool {
    let bit: UInt64 = 1 << UInt64(position & 63)
    outer?.see(bit)
    return entered.bitwiseOr(bit, ordering: .relaxed).oldValue & bit == 0
  }

  func leave(_ position: Int) {
    left.bitwiseOr(1 << UInt64(position & 63), ordering: .relaxed)
    outer?.leave(position)
  }

  /// Notes that a part of the request entered the stage of `bit`.
  private func see(_ bit: UInt64) {
    seen.bitwiseOr(bit, ordering: .relaxed)
    outer?.see(bit)
  }

  func reachEnd() {
    reachedEnd.store(true, ordering: .relaxed)
    outer?.reachEnd()
  }

  var didReachEnd: Bool { reachedEnd.load(ordering: .relaxed) }

  /// The innermost stage that was entered and has not answered: who is to blame for a hang.
  var innermostUnanswered: Int? {
    let open = everEntered & ~left.load(ordering: .relaxed)
    return open == 0 ? nil : 63 - open.leadingZeroBitCount
  }

  /// The innermost stage that was entered: who is to blame for not passing the request on.
  var innermostEntered: Int? {
    everEntered == 0 ? nil : 63 - everEntered.leadingZeroBitCount
  }

  private var everEntered: UInt64 {
    entered.load(ordering: .relaxed) | seen.load(ordering: .relaxed)
  }

  /// Calls `action` when the whole request has been answered: when every tier that will store its
  /// result has done so.
  public func atEnd(_ action: @escaping @Sendable () -> Void) {
    root.endings.withLock { $0.append(action) }
  }

  /// The whole request has been answered, or has failed.
  func end() {
    let actions = endings.withLock { endings in
      defer { endings = [] }
      return endings
    }
    for action in actions { action() }
  }

  private var root: Passage {
    var passage = self
    while let outer = passage.outer { passage = outer }
    return passage
  }

  func hold(_ held: HeldEntry, for key: CacheKey) {
    root.entries.withLock { entries in
      guard let index = entries.firstIndex(where: { $0.key == key }) else {
        return entries.append((key, held))
      }
      if held.entry.outlasts(entries[index].held.entry) { entries[index].held = held }
    }
  }

  /// Notes the version under which a tier will take what is loaded from now on.
  func noteFill(_ version: Version, for key: CacheKey, by tier: String) {
    root.fills.withLock { fills in
      fills.removeAll { $0.key == key && $0.tier == tier }
      fills.append((key, tier, version))
    }
  }

  /// The versions under which tiers will take what is loaded for `key`, by the names of the tiers.
  func fills(for key: CacheKey) -> [String: Version] {
    root.fills.withLock { fills in
      var versions: [String: Version] = [:]
      for fill in fills where fill.key == key { versions[fill.tier] = fill.version }
      return versions
    }
  }

  func held(for key: CacheKey) -> HeldEntry? {
    root.entries.withLock { entries in entries.first { $0.key == key }?.held }
  }
}

extension Entry {
  /// Whether this is the better one to fall back on: newer, or as new and usable for longer.
  fileprivate func outlasts(_ other: Entry) -> Bool {
    (createdAt, usableUntil, freshUntil) > (other.createdAt, other.usableUntil, other.freshUntil)
  }
}
