// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// What a node has to tell the others and has not sent yet: one item for each key, whatever happened
/// to it since the last message.
///
/// Bounded: beyond `capacity` items it says only that much has changed, which puts everything that
/// the others have in doubt.
struct Outbox {
  private var keys: [[UInt8]: Bulletin.Item] = [:]
  private var tags: [String: Bool] = [:]
  private var order: [[UInt8]] = []
  private var clearIsSettled: Bool?
  private var isFlooded = false
  private let capacity: Int

  init(capacity: Int = 4096) { self.capacity = capacity }

  var isEmpty: Bool { keys.isEmpty && tags.isEmpty && clearIsSettled == nil && !isFlooded }

  /// How many items wait.
  var count: Int { keys.count + tags.count + (clearIsSettled == nil ? 0 : 1) }

  mutating func add(_ item: Bulletin.Item) {
    switch item {
    case .outdated(let key, _, _), .expired(let key, _): add(item, key)
    case .tag(let name, let isSettled): tags[name] = isSettled && tags[name] ?? true
    case .cleared(let isSettled): clearIsSettled = isSettled && clearIsSettled ?? true
    case .flood: isFlooded = true
    }
    if count > capacity { flood() }
  }

  private mutating func add(_ item: Bulletin.Item, _ key: [UInt8]) {
    guard key.count <= 32_768 else { return isFlooded = true }
    if let known = keys[key] {
      keys[key] = known.joined(with: item, key)
    } else {
      keys[key] = item
      order.append(key)
    }
  }

  /// Too much to tell. What the shared tiers do not know yet must be told all the same: there it
  /// becomes the removal of everything.
  private mutating func flood() {
    let isSettled = keys.values.allSatisfy(\.isSettled) && tags.values.allSatisfy { $0 }
    if !isSettled { clearIsSettled = false }
    (keys, tags, order) = ([:], [:], [])
    isFlooded = true
  }

  /// Takes out what fits into one message; empty where nothing waits.
  mutating func take() -> [Bulletin.Item] {
    var items: [Bulletin.Item] = []
    if isFlooded { items.append(.flood) }
    if let clearIsSettled { items.append(.cleared(isSettled: clearIsSettled)) }
    (isFlooded, clearIsSettled) = (false, nil)
    for (name, isSettled) in tags.sorted(by: { $0.key < $1.key }) where hasRoom(items) {
      items.append(.tag(name, isSettled: isSettled))
      tags[name] = nil
    }
    var taken = 0
    for key in order {
      guard hasRoom(items) else { break }
      taken += 1
      if let item = keys.removeValue(forKey: key) { items.append(item) }
    }
    order.removeFirst(taken)
    return items
  }

  /// Quadratic in the items of one message, of which there are at most 512.
  private func hasRoom(_ items: [Bulletin.Item]) -> Bool {
    items.count < Bulletin.mostItems
      && items.reduce(0) { $0 + $1.length } < Bulletin.mostBytes / 2
  }
}

extension Bulletin.Item {
  /// What two changes of one key come to: the newer of two versions of one issuer, and otherwise
  /// the removal of whatever there is.
  fileprivate func joined(with other: Bulletin.Item, _ key: [UInt8]) -> Bulletin.Item {
    let isSettled = isSettled && other.isSettled
    if case .expired = self, case .expired = other {
      return .expired(key: key, isSettled: isSettled)
    }
    guard case .outdated(_, let own?, _) = self, case .outdated(_, let later?, _) = other,
      own.issuer == later.issuer
    else { return .outdated(key: key, nil, isSettled: isSettled) }
    return .outdated(key: key, own.isOlder(than: later) ? later : own, isSettled: isSettled)
  }
}
